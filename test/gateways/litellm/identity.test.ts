import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const call = fixture("litellm-claude-code");
const context = contextOf({ gateway: "litellm" });
const idOf = (changes: Json = {}, at = context) => eventOf(changed(call, changes), at).eventId;
const nameless = { id: "", litellm_call_id: null };

describe("identity", () => {
  test("a re-post is the same event, through any door, at any time, under any setting", () => {
    const elsewhere = contextOf(
      {
        gateway: "litellm",
        team_from: "fixed",
        team: "x",
        input_includes_cache: true,
        gateway_version: "1.99",
      },
      { "spendtrail-record-id": "b" },
      { topic: "other", partition: 9, offset: 1n, appendTimeMs: 1, element: 4 },
    );
    expect(idOf({}, elsewhere)).toBe(idOf());
    expect(
      idOf({ trace_id: "t", session_id: "s", "metadata.user_api_key_team_id": "other", response_cost: 9 }),
    ).toBe(idOf());
  });

  test("five attempts that share a call id are five events", () => {
    const attempts = [
      {},
      { status: "failure", "metadata.usage_object": null },
      { model_id: "other-deployment" },
      { id: "msg_other" },
      { startTime: 1795082400.126 },
    ];
    expect(new Set(attempts.map((changes) => idOf(changes))).size).toBe(5);
    expect(idOf({ litellm_call_id: "other" })).not.toBe(idOf());
    expect(idOf({}, contextOf({ gateway: "litellm", name: "litellm-us" }))).not.toBe(idOf());
  });

  test("upper and lower case are two ids, and no length is too long", () => {
    expect(idOf({ litellm_call_id: "ABC" })).not.toBe(idOf({ litellm_call_id: "abc" }));
    expect(idOf({ litellm_call_id: "x".repeat(10_240) })).not.toBe(
      idOf({ litellm_call_id: "x".repeat(10_241) }),
    );
    expect(
      eventOf(changed(call, { litellm_call_id: "x".repeat(10_240) }), context).data.call_id,
    ).toHaveLength(512);
  });

  test("without the vendor's id the collector's stamp counts, then the position", () => {
    const stamped = (stamp: string) =>
      eventOf(changed(call, nameless), contextOf({ gateway: "litellm" }, { "spendtrail-record-id": stamp }));
    expect(stamped("a").identityQuality).toBe("stamped");
    expect(stamped("a").eventId).not.toBe(stamped("b").eventId);
    const placed = (position: object) =>
      eventOf(changed(call, nameless), contextOf({ gateway: "litellm" }, {}, position));
    const places = [
      {},
      { element: 1 },
      { offset: 42n },
      { partition: 4 },
      { topic: "t" },
      { appendTimeMs: 5 },
    ].map(placed);
    expect(new Set(places.map((event) => event.eventId)).size).toBe(6);
    expect(places[0]?.identityQuality).toBe("position");
  });

  test.each<[string, Json]>([
    ["a number", { litellm_call_id: 42 }],
    ["a list", { id: ["a"] }],
    ["an object", { model_id: {} }],
  ])("an id that is %s is bad_identity", (_, changes) => {
    expect(reasonOf(changed(call, changes), context)).toBe("bad_identity");
  });
});

describe("what is no record of LiteLLM's", () => {
  test.each<[string, unknown, string]>([
    ["a number", 7, "not_a_record"],
    ["null", null, "not_a_record"],
    ["a list", [], "not_a_record"],
    ["an empty object", {}, "bad_shape"],
    ["another status", changed(call, { status: "done" }), "bad_shape"],
    ["metadata that is text", changed(call, { metadata: "x" }), "bad_shape"],
    ["a team that is a list", changed(call, { "metadata.user_api_key_team_id": ["a"] }), "bad_shape"],
    ["a team with a NUL", changed(call, { "metadata.user_api_key_team_id": "a\u0000" }), "bad_shape"],
    [
      "a team with a lone surrogate",
      changed(call, { "metadata.user_api_key_team_id": "a\ud800" }),
      "bad_shape",
    ],
    [
      "a team of 513 characters",
      changed(call, { "metadata.user_api_key_team_id": "x".repeat(513) }),
      "bad_shape",
    ],
    ["a start that is no time", changed(call, { startTime: "yesterday" }), "bad_time"],
    ["a start in 1970", changed(call, { startTime: 12 }), "bad_time"],
    ["an end on 30 February", changed(call, { endTime: "2026-02-30T00:00:00Z" }), "bad_time"],
  ])("%s", (_, record, reason) => {
    expect(reasonOf(record, context)).toBe(reason);
  });
});

describe("time", () => {
  test.each<[string, Json, string, string]>([
    ["without a start the end counts", { startTime: null }, "2026-11-19T10:00:03.500Z", "end_only"],
    [
      "without both the append time does",
      { startTime: null, endTime: "" },
      "2026-11-19T10:01:40.000Z",
      "missing",
    ],
    [
      "text without a zone is UTC",
      { startTime: "2026-11-19 08:00:00.250000" },
      "2026-11-19T08:00:00.250Z",
      "stated",
    ],
    ["milliseconds", { startTime: 1795082400125 }, "2026-11-19T10:00:00.125Z", "stated"],
  ])("%s", (_, changes, started_at, time_quality) => {
    expect(eventOf(changed(call, changes), context).data).toMatchObject({ started_at, time_quality });
  });
});
