import { describe, expect, test } from "vitest";
import { AuditData, ResponseData } from "#core/event-data.ts";
import { redact } from "#core/redaction.ts";
import { REJECT_REASONS } from "#core/reject-reason.ts";
import { userRef } from "#core/user-ref.ts";
import { seeded } from "#test/core/seeded.ts";
import { adapterOf, contextOf, FIXTURES, fixture, gatewayOf, type Json } from "#test/gateways/support.ts";

const JUNK: readonly unknown[] = [
  null,
  "",
  " ",
  "x",
  "1e3",
  -1,
  1.5,
  1e308,
  0,
  true,
  [],
  [null],
  {},
  { a: 1 },
  "\u0000",
  "\ud800",
  "\u202eabc",
  "x".repeat(10_240),
  "💥",
  "__proto__",
  "sk-ant-0123456789abcdef",
  "Bearer abcdef0123456789",
  "[x] sk-abc123456789012345",
  '{"api_key":"abc"}',
  '{"session_id":"sk-ant-0123456789abcdef","email":"a@b.example"}',
  "[credential]",
  "AbCdEfGhIjKlMnOpQrStUvWx0123",
];

/** Every place in a record where a value may lie. */
function placesOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return [[...path], ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...path, key]))];
}

function replaced(record: Json, path: readonly string[], by: unknown): unknown {
  if (path.length === 0) return by;
  const copy = structuredClone(record);
  let here: Json = copy;
  for (const name of path.slice(0, -1)) here = here[name] as Json;
  here[path.at(-1) ?? ""] = by;
  return copy;
}

const person = (value: string) => userRef(Buffer.from("a salt for tests only"), value);

/** What becomes of a record, with people as they are stored. */
function outcomeOf(gateway: string, record: unknown) {
  const adapted = adapterOf(gateway).adapt(record, contextOf({ gateway }));
  if (!adapted.ok) return adapted.reason;
  const ref = (value: string | null) => (value === null ? null : person(value));
  return adapted.value.map((event) => ({
    ...event,
    data: { ...event.data, user: ref(event.data.user), end_user: ref(event.data.end_user) },
  }));
}

describe.each(FIXTURES)("%s with junk anywhere in it", (name) => {
  const gateway = gatewayOf(name);
  const record = fixture(name);
  const rules = adapterOf(gateway).redaction;
  const random = seeded(7);
  const junk = placesOf(record).flatMap((path) =>
    Array.from({ length: 6 }, () => replaced(record, path, random.pick(JUNK))),
  );

  test("is an event within the contract or refused with a reason, and never thrown on", () => {
    for (const hostile of junk) {
      const outcome = outcomeOf(gateway, hostile);
      if (typeof outcome === "string") expect(REJECT_REASONS).toContain(outcome);
      else
        for (const { kind, data } of outcome)
          expect((kind === "audit" ? AuditData : ResponseData).safeParse(data).error?.issues).toBeUndefined();
    }
  });

  test("gives the same redacted as received", () => {
    for (const hostile of junk) {
      if (typeof hostile !== "object" || hostile === null) continue;
      const stored = JSON.parse(redact(JSON.stringify(hostile), rules, person));
      expect(outcomeOf(gateway, stored)).toEqual(outcomeOf(gateway, hostile));
    }
  });
});
