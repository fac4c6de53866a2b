import { describe, expect, test } from "vitest";
import { context, withAttributes } from "#test/gateways/claude-code/support.ts";
import { eventOf, fixture, type Json } from "#test/gateways/support.ts";

const call = fixture("claude-code-api-request");
const older = fixture("claude-code-older");

describe("identity", () => {
  const idOf = (record: Json) => eventOf(record, context());

  test("a repeat is the same event, another request another", () => {
    const other = withAttributes(call, { request_id: "req_2" });
    expect(idOf(call)).toMatchObject({
      identityQuality: "vendor",
      eventId: idOf(structuredClone(call)).eventId,
    });
    expect(idOf(other).eventId).not.toBe(idOf(call).eventId);
  });

  test("without a request id it is the place in the session, with its time since a process counts anew", () => {
    const bare = (changes: Json) =>
      withAttributes(call, { request_id: undefined, client_request_id: undefined, ...changes });
    const ids = [
      {},
      { "event.sequence": 18 },
      { "event.timestamp": "2026-11-19T11:00:03.475Z" },
      { "session.id": "s" },
    ].map((changes) => idOf(bare(changes)));
    expect(new Set(ids.map(({ eventId }) => eventId)).size).toBe(4);
    expect(ids.every(({ identityQuality }) => identityQuality === "vendor")).toBe(true);
  });

  test("an older version numbers nothing: two calls that ended together differ in their figures", () => {
    expect(idOf(older).identityQuality).toBe("vendor");
    expect(idOf(withAttributes(older, { output_tokens: "201" })).eventId).not.toBe(idOf(older).eventId);
    expect(idOf(withAttributes(older, { "session.id": undefined })).identityQuality).toBe("position");
  });
});
