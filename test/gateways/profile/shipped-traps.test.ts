import { describe, expect, test } from "vitest";
import { altered, priced, shipped } from "#test/gateways/profile/support.ts";
import { contextOf, fixture, gatewayOf, type Json, reasonOf } from "#test/gateways/support.ts";

describe("how a call ended", () => {
  test.each<[string, Json, object]>([
    [
      "envoy-ai-gateway-claude-code",
      { response_code: 0, response_flags: "DC" },
      { outcome: "aborted", usage_quality: "provisional", http_status: null },
    ],
    [
      "envoy-ai-gateway-claude-code",
      { response_code: 429, response_flags: "RL" },
      { outcome: "blocked", error_code: "429" },
    ],
    ["envoy-ai-gateway-claude-code", { response_code: 529 }, { outcome: "error", error_code: "529" }],
    [
      "openrouter-generation",
      { "data.cancelled": true },
      { outcome: "aborted", usage_quality: "provisional" },
    ],
    ["openrouter-generation", { "data.finish_reason": "error" }, { outcome: "error" }],
    ["portkey-log", { cache_status: "SEMANTIC HIT" }, { outcome: "cached" }],
    ["portkey-log", { is_success: 0, response_status_code: 500 }, { outcome: "error", http_status: 500 }],
    ["portkey-log", { response_status_code: 446 }, { outcome: "blocked" }],
    ["cloudflare-log", { cached: true }, { outcome: "cached" }],
    ["cloudflare-log", { success: false }, { outcome: "error" }],
    ["cloudflare-log", { success: false, status_code: 529 }, { outcome: "error", http_status: 529 }],
    ["openinference-flat", { status_code: "ERROR" }, { outcome: "error" }],
    ["openinference-otlp", { "status.code": 2 }, { outcome: "error" }],
    ["tensorzero-inference", { cached: true }, { outcome: "cached" }],
    [
      "bifrost-log",
      { status: "error", error_details: '{"error":{"type":"overloaded_error","code":"529","message":"x"}}' },
      { outcome: "error", error_type: "overloaded_error", error_code: "529" },
    ],
    ["bifrost-log", { cache_debug: '{"cache_hit":true}' }, { outcome: "cached" }],
  ])("%s with %j", (name, change, expected) => {
    const data = shipped(gatewayOf(name), altered(fixture(name), change));
    expect(data).toMatchObject(expected);
    if (data.outcome === "cached") expect(priced(data)).toBe("0 rated not_billed");
  });
});

describe("figures that contradict each other are refused", () => {
  test.each<[string, Json, string]>([
    ["envoy-ai-gateway-claude-code", { "gen_ai.usage.input_tokens": 5 }, "meters_contradict"],
    ["openrouter-generation", { "data.native_tokens_cached": 16_044 }, "meters_contradict"],
    ["portkey-log", { total_units: 2101 }, "meters_contradict"],
    ["portkey-log", { cost_currency: "cents" }, "bad_currency"],
    ["tensorzero-inference", { input_tokens: 3 }, "meters_contradict"],
    ["tensorzero-inference", { id: "not-a-uuid" }, "bad_time"],
    [
      "bifrost-log",
      { token_usage: '{"prompt_tokens":3,"completion_tokens":80,"total_tokens":84}' },
      "meters_contradict",
    ],
    ["cloudflare-log", { tokens_in: 1.5 }, "bad_number"],
    ["cloudflare-log", { cost: -1 }, "bad_number"],
    ["helicone-webhook", { "metadata.totalTokens": 9 }, "meters_contradict"],
  ])("%s with %j", (name, change, reason) => {
    expect(reasonOf(altered(fixture(name), change), contextOf({ gateway: gatewayOf(name) }))).toBe(reason);
  });
});

test("a call with the customer's own key is billed by the provider, and OpenRouter's fee is no cost of the call", () => {
  const record = altered(fixture("openrouter-generation"), {
    "data.is_byok": true,
    "data.upstream_inference_cost": 0.0369,
    "data.total_cost": 0.0018,
  });
  const data = shipped("openrouter", record);
  expect(data).toMatchObject({
    platform: "anthropic-api",
    gateway_cost: { amount: "0.0369", currency: "USD" },
  });
});

test.each([
  "envoy-ai-gateway",
  "openrouter",
  "portkey",
  "cloudflare",
  "openinference",
  "kong-metering",
  "openmeter",
  "tensorzero",
  "bifrost",
  "helicone",
])("%s refuses what is none of its records, by name", (gateway) => {
  const reason = reasonOf({ hello: "world" }, contextOf({ gateway }));
  expect(["unknown_event_type", "bad_shape", "unsupported_version"]).toContain(reason);
  expect(reasonOf("text", contextOf({ gateway }))).toBe("not_a_record");
  expect(reasonOf([], contextOf({ gateway }))).toBe("not_a_record");
});
