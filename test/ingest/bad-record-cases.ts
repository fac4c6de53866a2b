import { gzipSync } from "node:zlib";
import type { IHeaders } from "kafkajs";
import { canonicalEvent } from "#test/support/canonical-event.ts";

/** What must be nowhere once a record was taken in: credentials in places where gateways have leaked them. */
export const CANARIES = [
  "sk-ant-api03-CANARY-in-a-header-0123456789abcdef",
  "sk-proj-CANARYinBrokenJson0123456789abcdefghij",
  "AKIACANARY0123456789",
  "sk-ant-api03-CANARY-in-a-reject-0123456789abcdef",
  "canary-without-any-shape-7731",
  "sk-ant-api03-CANARY-in-a-kafka-header-0123456789",
] as const;
const [HEADER_CANARY, BROKEN_CANARY, KEY_CANARY, REJECT_CANARY, SHAPELESS_CANARY, KAFKA_HEADER_CANARY] =
  CANARIES;

export interface BadRecord {
  readonly name: string;
  readonly value: string | Buffer | null;
  readonly key?: string | Buffer | null;
  /** null: none at all; else beside those that the collector sets. */
  readonly headers?: IHeaders | null;
  readonly compression?: number;
  /** The sender's time in ms, as text. */
  readonly timestamp?: string;
  /** One outcome an element, in order: `accepted` or the reason. */
  readonly outcomes: readonly string[];
  /** The one element's bytes, where they are not the value's. */
  readonly received?: string;
  /** What the event's row must hold beside `ACCEPTED_ROW`, where it is accepted. */
  readonly row?: Readonly<Record<string, unknown>>;
}

/** What `canonicalEvent` says, as it is stored: 1,000 tokens at 5 USD and 100 at 25 USD a million. */
export const ACCEPTED_ROW = {
  source: "app",
  team: "search",
  model: "claude-opus-5",
  session_id: "session-1",
  event_time: "2026-11-20 10:00:00.000",
  input_tokens: "1000",
  cache_read_tokens: null,
  output_tokens: "100",
  cost_usd: "0.0075",
  cost_status: "rated",
  gateway_cost: null,
} as const;

const ok = (id: string, more: Partial<BadRecord> = {}): BadRecord => ({
  name: id,
  value: canonicalEvent(id),
  outcomes: ["accepted"],
  ...more,
});
const bad = (name: string, value: BadRecord["value"], reason: string): BadRecord => ({
  name,
  value,
  outcomes: [reason],
});
const text = (id: string, user: string, stored: string): BadRecord =>
  ok(id, { value: canonicalEvent(id, { agent: user }), row: { agent: stored } });
const event = canonicalEvent("whole");
const bytes = (id: string, replaced: Buffer): Buffer => {
  const [before, after] = canonicalEvent(id, { agent: "HERE" }).split("HERE") as [string, string];
  return Buffer.concat([Buffer.from(before), replaced, Buffer.from(after)]);
};

/** Every entry of "Kafka record": what a topic may hold, and what must become of it. */
export const BAD_RECORDS: readonly BadRecord[] = [
  bad("a tombstone", null, "empty_value"),
  bad("an empty value", "", "empty_value"),
  bad("white space", " \n\t ", "empty_value"),
  ok("no key", { key: null }),
  ok("a key of 10 KB", { key: "k".repeat(10_240) }),
  ok("a key that is no UTF-8", { key: Buffer.from([0xff, 0xfe, 0x00]) }),
  {
    name: "no header at all",
    value: canonicalEvent("no-header"),
    headers: null,
    outcomes: ["unknown_source"],
  },
  {
    name: "a source that nobody declared",
    value: canonicalEvent("stranger"),
    headers: { "spendtrail-source": "stranger" },
    outcomes: ["unknown_source"],
  },
  ok("a header twice: the first counts", {
    headers: { "spendtrail-source": ["app", "stranger"] },
    row: { source: "app" },
  }),
  {
    name: "a binary header",
    value: canonicalEvent("binary"),
    headers: { "spendtrail-source": Buffer.from([0xff, 0x00, 0x61]) },
    outcomes: ["unknown_source"],
  },
  bad("not JSON", "hello", "not_json"),
  bad("a number at the top", "42", "not_a_record"),
  bad("a string at the top", '"text"', "not_a_record"),
  bad("null at the top", "null", "not_a_record"),
  bad("true at the top", "true", "not_a_record"),
  {
    name: "an array",
    value: `[${canonicalEvent("a-1")},7,${canonicalEvent("a-2")}]`,
    outcomes: ["accepted", "not_a_record", "accepted"],
  },
  bad("an empty array", "[]", "not_a_record"),
  ok("a byte order mark in front", {
    value: `\ufeff${canonicalEvent("a byte order mark in front")}`,
    received: canonicalEvent("a byte order mark in front"),
  }),
  bad("JSON that is cut", event.slice(0, -20), "not_json"),
  bad("two objects", `${event}${event}`, "not_json"),
  {
    name: "two objects on two lines, and a third that is cut",
    value: `${canonicalEvent("line-1")}\n${canonicalEvent("line-2")}\r\n${event.slice(0, -9)}`,
    outcomes: ["accepted", "accepted", "not_json"],
  },
  bad("more elements than a message may hold", `[${"{},".repeat(10_000)}{}]`, "record_too_large"),
  bad("an array that never closes", `[${event},`, "not_json"),
  bad("gzip as the value, and not as the batch's codec", gzipSync(event), "not_utf8"),
  bad("NaN", event.replace("1000", "NaN"), "not_json"),
  bad("Infinity", event.replace("1000", "-Infinity"), "not_json"),
  bad("a key twice", event.replace('"gateway":', '"gateway":"other","gateway":'), "json_duplicate_key"),
  bad("10,000 levels deep", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, "json_too_deep"),
  bad("10,000 lists deep", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`, "json_too_deep"),
  bad("a forbidden key", event.replace('"gateway":', '"__proto__":{"a":1},"gateway":'), "json_forbidden_key"),
  bad("1 MB in a field that is short", canonicalEvent("long", { agent: "x".repeat(1_000_000) }), "bad_shape"),
  bad("4 MB of nothing", `{"a":"${"x".repeat(4_000_000)}"}`, "bad_shape"),
  bad("bytes that are no UTF-8", bytes("utf8", Buffer.from([0xc3, 0x28])), "not_utf8"),
  bad("a lone surrogate in bytes", bytes("surrogate", Buffer.from([0xed, 0xa0, 0x80])), "not_utf8"),
  bad("a lone surrogate, escaped", event.replace('"search"', '"\\ud800"'), "bad_shape"),
  bad("a NUL, escaped", event.replace('"search"', '"a\\u0000b"'), "bad_shape"),
  bad("a NUL, as it is", event.replace("search", "a\u0000b"), "not_json"),
  text("U+2028", "a\u2028b", "a\u2028b"),
  text("a bidi override", "a\u202eb", "a\u202eb"),
  text("an emoji of four bytes", "💥", "💥"),
  ok("gzip", { compression: 1 }),
  ok("snappy", { compression: 2 }),
  ok("lz4", { compression: 3 }),
  ok("zstd", { compression: 4 }),
  ok("a timestamp of -1", { timestamp: "-1" }),
  ok("minus zero", {
    value: canonicalEvent("minus zero", {
      meters: { input_tokens: 1000, output_tokens: "@" },
      gateway_cost: { amount: "-0.000", currency: "USD" },
    }).replace('"@"', "-0"),
    row: { output_tokens: "0", cost_usd: "0.005", gateway_cost: "0" },
  }),
  bad("a number that JSON does not know", event.replace("1000", "0x3e8"), "not_json"),
  bad("a cost twice", event.replace('"meters":', '"cost":1,"cost":9,"meters":'), "json_duplicate_key"),
  bad("a key twice, once escaped", event.replace('"id":', '"\\u0069d":"b","id":'), "json_duplicate_key"),
  bad("UTF-16", Buffer.from(event, "utf16le"), "not_json"),
  bad("U+2028 between two members", event.replace(",", ",\u2028"), "not_json"),
  ok("a credential in a header block that is no part of an event", {
    value: canonicalEvent("headers").replace(
      '"data":',
      `"headers":{"Authorization":"Bearer ${HEADER_CANARY}"},"data":`,
    ),
  }),
  bad(
    "credentials in a record that is refused for a number",
    canonicalEvent("refused", {
      meters: { output_tokens: -1 },
      agent: REJECT_CANARY,
      api_key: REJECT_CANARY,
    }).replace(
      '"data":',
      `"headers":{"authorization":"Bearer ${SHAPELESS_CANARY}","x-api-key":"${SHAPELESS_CANARY}"},"data":`,
    ),
    "bad_number",
  ),
  ok("a credential in a header of Kafka's", { headers: { authorization: `Bearer ${KAFKA_HEADER_CANARY}` } }),
  bad("a credential in broken JSON", `{"api_key":"${BROKEN_CANARY}", "model":`, "not_json"),
  {
    name: "a credential under a key's name, from nobody",
    value: `{"aws_access_key_id":"${KEY_CANARY}"}`,
    headers: null,
    outcomes: ["unknown_source"],
  },
];
