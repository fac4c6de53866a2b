import { expect, test } from "vitest";
import type { RedactionRules } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import { isEventStream } from "#core/redaction-stream.ts";

const RULES: RedactionRules = { credential: ["voucher"], content: ["delta.text"], person: ["user_id"] };
const person = (name: string) => (name.startsWith("u_") ? name : `u_${name.length}`);
const redacted = (sse: string) => {
  const stored = redact(JSON.stringify({ sse }), RULES, person);
  expect(redact(stored, RULES, person)).toBe(stored);
  return JSON.parse(stored).sse;
};

test.each<[string, string, string]>([
  [
    "the JSON of each line goes by the rules, and the lines stay",
    'event: a\ndata: {"delta":{"text":"hello"},"n":1}\n\ndata: {"user_id":"noor","voucher":"v"}\n\n',
    'event: a\ndata: {"delta":{"text":"[content 5 bytes]"},"n":1}\n\ndata: {"user_id":"u_4","voucher":"[credential]"}\n\n',
  ],
  [
    "line ends and blanks are as they were",
    'data:{"delta":{"text":"a\\"b"}}\r\n\r\n: ping\r\n',
    'data:{"delta":{"text":"[content 4 bytes]"}}\r\n\r\n: ping\r\n',
  ],
  [
    "a line that was cut off is redacted as far as it goes",
    'data: {"n":1}\ndata: {"delta":{"text":"hel',
    'data: {"n":1}\ndata: {"delta":{"text":"[content 4 bytes]"',
  ],
  [
    "what is no JSON is scrubbed by shape",
    'data: {"n":1}\nx: Bearer abcdef0123456789\n',
    'data: {"n":1}\nx: Bearer [credential]\n',
  ],
])("%s", (_what, sse, stored) => {
  expect(redacted(sse)).toBe(stored);
});

test.each<[string, boolean]>([
  ["data: [DONE]", true],
  ['event: a\rdata:{"n":1}', true],
  ["my data: {}", false],
  ["data: 5\n", false],
])("%j is a stream: %j", (text, isStream) => {
  expect(isEventStream(text)).toBe(isStream);
});
