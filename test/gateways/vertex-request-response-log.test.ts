import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const row = fixture("vertex-request-response-log-claude-code");
const asText = fixture("vertex-request-response-log-json-text");
const context = contextOf({ gateway: "vertex-request-response-log" });
const dataOf = (record: Json) => eventOf(record, context).data;

test("a row says what, when and how much, and of whom only what the body claims", () => {
  const data = dataOf(row);
  expect(data).toMatchObject({
    gateway: "vertex-request-response-log",
    provider_request_id: "1234567890123456789",
    provider_message_id: "msg_vrtx_01Trail",
    session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    session_id_source: "body",
    team: null,
    user: null,
    end_user: "7a3d0c1e-1111-4222-8333-444455556666",
    api_format: "vertex_rawpredict",
    operation: "generate",
    platform: "vertex",
    model: "claude-opus-4-6",
    region: "us-east5",
    stream: true,
    outcome: "success",
    stop_reason: "end_turn",
    started_at: "2026-11-19T11:10:08.820Z",
    ended_at: "2026-11-19T11:10:12.131Z",
    time_quality: "stated",
    meters: { input_tokens: 3, cache_read_tokens: 11_367, cache_write_5m_tokens: 4673, output_tokens: 80 },
  });
});

test("JSON columns as text, with a list of a stream's events", () => {
  expect(dataOf(asText)).toMatchObject({
    provider_message_id: "msg_vrtx_02Trail",
    session_id_source: "body",
    model: "claude-haiku-4-5@20251001",
    region: "europe-west1",
    started_at: "2026-11-19T11:10:11.319Z",
    meters: { input_tokens: 40, output_tokens: 80 },
    usage_quality: "final",
  });
});

describe("traps", () => {
  const events = JSON.parse(String(asText["full_response"])) as Json[];
  test.each<[string, Json, object]>([
    ["events as a list", changed(asText, { full_response: events }), { meters: { output_tokens: 80 } }],
    [
      "a stream that broke off",
      changed(asText, { full_response: events.slice(0, 2) }),
      { outcome: "aborted", usage_quality: "provisional" },
    ],
    [
      "an error of Google's",
      changed(row, { full_response: { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "m" } } }),
      { outcome: "error", error_type: "RESOURCE_EXHAUSTED", usage_quality: "missing" },
    ],
    [
      "an error of Anthropic's",
      changed(row, { full_response: { type: "error", error: { type: "overloaded_error" } } }),
      { outcome: "error", error_type: "overloaded_error" },
    ],
    [
      "no answer logged",
      changed(row, { full_response: null }),
      { usage_quality: "missing", model: "claude-opus-4-6" },
    ],
    [
      "no latency: the time is that of the end",
      changed(row, { metadata: null }),
      { time_quality: "end_only", started_at: "2026-11-19T11:10:12.131Z" },
    ],
    [
      "no model column",
      changed(row, { model: undefined, "full_response.model": undefined }),
      { model: "claude-opus-4-6" },
    ],
    [
      "counting tokens",
      changed(row, {
        endpoint: "projects/shop/locations/us-east5/publishers/anthropic/models/count-tokens",
        full_response: { input_tokens: 9 },
      }),
      { operation: "count_tokens", meters: { input_tokens: null } },
    ],
    [
      "a plain call",
      changed(row, { api_method: "rawPredict" }),
      { stream: false, api_format: "vertex_rawpredict" },
    ],
    [
      "another maker's model has no usage that we read",
      changed(row, {
        api_method: "generateContent",
        full_response: { candidates: [], usageMetadata: { promptTokenCount: 9 } },
      }),
      { usage_quality: "missing", api_format: null },
    ],
  ])("%s", (_what, record, expected) => {
    expect(dataOf(record)).toMatchObject(expected);
  });

  test("a row read twice is one call; a number that a double cannot hold is no identity, the message is", () => {
    const idOf = (record: Json, offset = 41n) =>
      eventOf(record, contextOf({ gateway: "vertex-request-response-log" }, {}, { offset }));
    expect(idOf(row, 9n).eventId).toBe(idOf(row).eventId);
    const rounded = changed(row, { request_id: JSON.parse("1234567890123456789") });
    expect(idOf(rounded)).toMatchObject({ identityQuality: "vendor", data: { provider_request_id: null } });
    expect(idOf(changed(rounded, { "full_response.id": "msg_vrtx_9" })).eventId).not.toBe(
      idOf(rounded).eventId,
    );
  });
});

test.each<[string, unknown, string]>([
  ["a list", [], "not_a_record"],
  ["another table's row", { request_id: "1" }, "bad_shape"],
  ["a time that is none", changed(row, { logging_time: "soon" }), "bad_time"],
  [
    "usage that contradicts itself",
    changed(row, { "full_response.usage.cache_creation_input_tokens": 1 }),
    "meters_contradict",
  ],
])("%s is refused", (_what, record, reason) => {
  expect(reasonOf(record, context)).toBe(reason);
});
