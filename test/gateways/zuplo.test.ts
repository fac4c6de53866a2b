import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const event = fixture("zuplo-policy-event");
const line = fixture("zuplo-log-line");
const request = fixture("zuplo-request-log");
const context = contextOf({ gateway: "zuplo" });
const dataOf = (record: Json) => eventOf(record, context).data;

test("the policy's event is a call, and the same call in a line of Zuplo's log", () => {
  expect(dataOf(event)).toMatchObject({
    gateway: "zuplo",
    team: "search",
    session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    meters: { input_tokens: 10_682, cache_write_1h_tokens: 4_500 },
  });
  expect(eventOf(line, context)).toEqual(eventOf(event, context));
});

test("an event that the contract refuses is refused in a line too", () => {
  const wrong = changed(event, { "data.meters.input_tokens": -1 });
  expect(reasonOf(wrong, context)).toBe("bad_number");
  expect(reasonOf({ ...line, spendtrail: wrong }, context)).toBe("bad_number");
  expect(reasonOf({ ...line, spendtrail: "gone" }, context)).toBe("not_a_record");
});

describe("a line of the request log", () => {
  test("is who asked what and when, and says of the usage that it is missing", () => {
    expect(eventOf(request, context)).toMatchObject({
      identityQuality: "vendor",
      data: {
        call_id: "0b6c5a52-7c0e-4b0e-9a39-5f3f4a8f7c12",
        user: "noor@shop.example",
        operation: "generate",
        api_format: "anthropic_messages",
        model: null,
        started_at: "2026-11-19T10:00:02.125Z",
        time_quality: "end_only",
        outcome: "success",
        usage_quality: "missing",
        meters: { input_tokens: null, output_tokens: null },
      },
    });
  });

  test.each<[string, Json, object]>([
    ["refused", { statusCode: 429 }, { outcome: "error", http_status: 429, error_code: "429" }],
    [
      "the list of models",
      { url: "https://a.example/app-7/v1/models", method: "GET" },
      { operation: "list_models" },
    ],
    ["a probe", { method: "HEAD" }, { operation: "other" }],
    ["without a URL by its route", { url: undefined }, { operation: "generate" }],
    ["another route", { url: "https://a.example/orders", routePath: "/orders" }, { operation: "other" }],
  ])("%s", (_what, changes, expected) => {
    expect(dataOf(changed(request, changes))).toMatchObject(expected);
  });

  test("without a request id it is known by its position", () => {
    expect(eventOf(changed(request, { requestId: undefined }), context).identityQuality).toBe("position");
  });

  test("nobody, where the source says so", () => {
    const quiet = contextOf({ gateway: "zuplo", user_from: "none" });
    expect(eventOf(request, quiet).data.user).toBeNull();
  });
});

test.each<[string, unknown, string]>([
  ["text", "POST /v1/messages", "not_a_record"],
  ["a list", [], "not_a_record"],
  ["an object of something else", { message: "listening" }, "bad_shape"],
  ["a time that cannot be read", changed(request, { timestamp: "soon" }), "bad_time"],
])("%s is refused", (_what, record, reason) => {
  expect(reasonOf(record, context)).toBe(reason);
});
