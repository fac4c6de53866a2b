import { describe, expect, test } from "vitest";
import type { RedactionRules } from "#core/adapter.ts";
import { readPython } from "#core/python/literal.ts";
import { redact } from "#core/redaction.ts";

const RULES: RedactionRules = {
  credential: [],
  content: ["messages", "changes.*"],
  person: ["user_id", "email", "object_id"],
  absent: ["None"],
  personUnless: { members: ["object_id"], kindIn: "table", kinds: ["teams", "keys"] },
};
const person = (value: string) =>
  value.startsWith("u_") ? value : `u_${value.length.toString(16).padStart(32, "0")}`;
const redacted = (record: unknown) => redact(JSON.stringify(record), RULES, person);
const inText = (text: string) => (JSON.parse(redacted({ metadata: text })) as { metadata: string }).metadata;

describe("Python literals in strings", () => {
  test.each<[string, string, string]>([
    ["a person", "{'user_id': 'noor', 'n': 1}", `{'user_id': '${person("noor")}', 'n': 1}`],
    ["content", "{'messages': [{'role': 'user'}], 'n': 1}", "{'messages': '[content 18 bytes]', 'n': 1}"],
    ["a credential by name", "{'password': 'p', 'n': None}", "{'password': '[credential]', 'n': None}"],
    ["a number of a person", "{'user_id': 42}", `{'user_id': '${person("42")}'}`],
    ["a secret by shape", "{'a': 'Bearer abcdef0123456789'}", "{'a': 'Bearer [credential]'}"],
    [
      "a header in a list of pairs",
      "{'raw': [('x-api-key', 'abc')]}",
      "{'raw': [('x-api-key', '[credential]')]}",
    ],
    [
      "a model's field",
      "{'auth': Auth(user_id='noor', n=1)}",
      `{'auth': Auth(user_id='${person("noor")}', n=1)}`,
    ],
    [
      "nothing held",
      "{'user_id': None, 'email': '', 'messages': []}",
      "{'user_id': None, 'email': '', 'messages': []}",
    ],
    ["JSON in it", `{'a': '{"email": "noor"}'}`, `{'a': '{"email": "${person("noor")}"}'}`],
  ])("%s", (_, text, stored) => {
    expect(inText(text)).toBe(stored);
    expect(readPython(inText(text))).not.toBeNull();
    expect(inText(inText(text))).toBe(stored);
  });

  test("a literal that cannot be read is redacted by pattern, up to its content", () => {
    const stored = inText("{'user_id': 'noor', 'span': <odd thing>, 'messages': [{'content': 'hello'}]}");
    expect(stored).not.toMatch(/noor|hello/);
  });

  test("JSON in a string stays JSON", () => {
    expect(inText(`{"email": "noor", "note": "a, 'b'"}`)).toBe(
      `{"email": "${person("noor")}", "note": "a, 'b'"}`,
    );
  });

  test("text that stands for no value stays, in Python's literals too", () => {
    expect(redacted({ user_id: "None" })).toBe('{"user_id":"None"}');
    expect(inText("{'user_id': 'None'}")).toBe("{'user_id': 'None'}");
  });
});

describe("everything in a member", () => {
  test.each<[string, unknown, string]>([
    [
      "of an object",
      { changes: { models: ["a"], blocked: true } },
      '{"changes":{"models":"[content 5 bytes]","blocked":true}}',
    ],
    [
      "of JSON in a string",
      { changes: '{"models":["a"]}' },
      String.raw`{"changes":"{\"models\":\"[content 5 bytes]\"}"}`,
    ],
    ["of bare text", { changes: "hello" }, '{"changes":"[content 5 bytes]"}'],
    ["of a list", { changes: '["a"]' }, String.raw`{"changes":"[\"[content 1 bytes]\"]"}`],
  ])("%s is content, and its names stay", (_, record, stored) => {
    expect(redacted(record)).toBe(stored);
    expect(redact(stored, RULES, person)).toBe(stored);
  });
});

test("a member that names a person only in some objects", () => {
  const stored = redacted([
    { table: "teams", object_id: "team-1" },
    { table: "users", object_id: "noor" },
    { object_id: "noor", table: "teams" },
  ]);
  expect(JSON.parse(stored)).toEqual([
    { table: "teams", object_id: "team-1" },
    { table: "users", object_id: person("noor") },
    { object_id: person("noor"), table: "teams" },
  ]);
});
