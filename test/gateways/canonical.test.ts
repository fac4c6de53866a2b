import { describe, expect, test } from "vitest";
import type { AdaptContext } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { userRef } from "#core/user-ref.ts";
import { canonical } from "#gateways/canonical.ts";
import { responseEvent } from "#test/core/cloudevents-examples.ts";

function context(source = "own"): AdaptContext {
  return {
    source: SourceSetting.parse({ name: source, gateway: "canonical" }),
    position: { topic: "spendtrail.records", partition: 0, offset: 1n, appendTimeMs: 0, element: 0 },
    headers: new Map([["content-type", "application/cloudevents+json"]]),
  };
}
function idOf(changes: Record<string, unknown>, source = "own") {
  const adapted = canonical.adapt(responseEvent(changes), context(source));
  return adapted.ok ? adapted.value[0]?.eventId : adapted.reason;
}

describe("identity", () => {
  test("is the event's source and id under our source's name, and of vendor quality", () => {
    const adapted = canonical.adapt(responseEvent(), context());
    expect(adapted).toMatchObject({ ok: true, value: [{ kind: "response", identityQuality: "vendor" }] });
    const other = [
      idOf({ id: "b" }),
      idOf({ source: "/b" }),
      idOf({}, "other"),
      idOf({ id: "CALL-7F3A-RESPONSE" }),
    ];
    expect(new Set([idOf({}), ...other]).size).toBe(5);
    expect(idOf({ time: "2026-01-01T00:00:00.000Z" })).toBe(idOf({}));
  });

  test.each<[string, Record<string, unknown>]>([
    ["a missing id", { id: undefined }],
    ["an empty id", { id: "" }],
    ["an id of spaces", { id: "  " }],
    ["an id of 10 KB", { id: "x".repeat(10_240) }],
    ["a numeric id", { id: 42 }],
    ["an id with a NUL", { id: "a\u0000b" }],
    ["an id with a lone surrogate", { id: "a\ud800" }],
    ["an empty source", { source: "" }],
    ["a source that is a list", { source: ["a"] }],
  ])("%s is bad_identity", (_, changes) => {
    expect(idOf(changes)).toBe("bad_identity");
  });

  test.each([["*"], ["../"], [`o'"x`], ["=1+1"], ["\u202eevil"], ["аnthropic"], ["x".repeat(300)]])(
    "a team of %j is text like any other",
    (team) => {
      const adapted = canonical.adapt(responseEvent({}, { team }), context());
      expect(adapted).toMatchObject({ ok: true, value: [{ data: { team } }] });
    },
  );

  test.each([[""], ["x".repeat(513)], ["a\nb"], [7]])("a team of %j is bad_shape", (team) => {
    expect(canonical.adapt(responseEvent({}, { team }), context())).toMatchObject({ reason: "bad_shape" });
  });
});

test("the redacted record gives the same event, with people as pseudonyms", () => {
  const person = (name: string) => userRef(Buffer.from("a salt for tests only"), name);
  const received = responseEvent(
    {},
    { user: "jane@example.com", end_user: "kim", api_key: "ci-laptop-2026", session_id: "s" },
  );
  const stored = JSON.parse(redact(JSON.stringify(received), canonical.redaction, person));
  const [before] = adapted(received);
  const [after] = adapted(stored);
  expect(after).toEqual({
    ...before,
    data: { ...before?.data, user: person("jane@example.com"), end_user: person("kim") },
  });
  expect(JSON.stringify(stored)).not.toMatch(/jane|kim/);
});

function adapted(event: unknown) {
  const result = canonical.adapt(event, context());
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}
