import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const call = fixture("kong-claude-code");
const context = contextOf({ gateway: "kong" });
const idOf = (changes: Json = {}, at = context) => eventOf(changed(call, changes), at).eventId;

describe("identity", () => {
  test("is Kong's request id with the start, whatever the settings and wherever the record lies", () => {
    const elsewhere = contextOf(
      { gateway: "kong", team_from: "consumer", gateway_version: "3.15.0.9" },
      {},
      { offset: 9n, element: 7 },
    );
    expect(idOf({}, elsewhere)).toBe(idOf());
    expect(eventOf(call, context).identityQuality).toBe("vendor");
    const others = [{ "request.id": "a" }, { "request.id": "A" }, { started_at: 1795082400126 }].map(
      (changes) => idOf(changes),
    );
    expect(new Set([idOf(), ...others]).size).toBe(4);
  });

  test("before 3.6 the id is in a header only", () => {
    expect(idOf({ "request.id": undefined })).toBe(idOf());
  });

  test("without an id the position counts", () => {
    const nameless = { "request.id": "", "response.headers": { via: "1.1 kong/3.15.0.4" } };
    const at = (element: number) =>
      eventOf(changed(call, nameless), contextOf({ gateway: "kong" }, {}, { element }));
    expect(at(0).identityQuality).toBe("position");
    expect(at(0).eventId).not.toBe(at(1).eventId);
  });

  test.each<[string, unknown, string]>([
    ["an id that is a number", changed(call, { "request.id": 7 }), "bad_identity"],
    ["a number", 7, "not_a_record"],
    ["a list", [call], "not_a_record"],
    ["some other object", { hello: "world" }, "bad_shape"],
    ["ai that is text", changed(call, { ai: "x" }), "bad_shape"],
    ["a start that is no time", changed(call, { started_at: "soon" }), "bad_time"],
    ["a group that is a list", changed(call, { "consumer.tags": [], consumer_groups: [["a"]] }), "bad_shape"],
  ])("%s is %s", (_, record, reason) => {
    expect(reasonOf(record, context)).toBe(reason);
  });
});
