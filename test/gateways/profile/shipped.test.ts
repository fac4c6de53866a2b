import { expect, test } from "vitest";
import { altered, priced, shipped } from "#test/gateways/profile/support.ts";
import { contextOf, eventOf, fixture, gatewayOf, type Json } from "#test/gateways/support.ts";

const SESSION = "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55";
const STARTED = "2026-11-19T10:00:00.125Z";
/** What Claude Code's call used, in four disjoint meters. */
const SPLIT = {
  input_tokens: 3,
  cache_read_tokens: 11_367,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  cache_write_tokens: 4_673,
  output_tokens: 80,
};

test.each<[string, string, object, object, string]>([
  [
    "envoy-ai-gateway-claude-code",
    "cached tokens are inside the input's",
    {
      call_id: "5b0d3a8e-51a4-4a57-9c8e-1f6f1a2b0101",
      provider_request_id: "req_011TrailEnvoy",
      session_id: SESSION,
      session_id_source: "gateway",
      agent: "agent-7",
      claimed_team: "search",
      team: null,
      user: "noor@shop.example",
      client: "claude-cli/2.1.240",
      platform: "anthropic-api",
      model: "claude-opus-5",
      operation: "generate",
      api_format: "anthropic_messages",
      http_status: 200,
      started_at: STARTED,
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.475Z",
    },
    SPLIT,
    "0.03690475 estimated cache_ttl_unknown",
  ],
  [
    "openinference-flat",
    "cached tokens are inside the prompt's",
    {
      session_id: SESSION,
      session_id_source: "telemetry",
      claimed_team: "search",
      tags: ["team:ads", "nightly"],
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      platform: "anthropic-api",
      started_at: STARTED,
      ended_at: "2026-11-19T10:00:03.475Z",
      gateway_cost: { amount: "0.0369", currency: "USD" },
    },
    SPLIT,
    "0.03690475 estimated cache_ttl_unknown",
  ],
  [
    "openinference-otlp",
    "the same as an OTLP span",
    { session_id: SESSION, started_at: STARTED, client: null },
    SPLIT,
    "0.03690475 estimated cache_ttl_unknown",
  ],
  [
    "tensorzero-inference",
    "the row's UUID is the end, and the time it took leads to the start",
    {
      session_id: SESSION,
      session_id_source: "header",
      claimed_team: "search",
      model: "claude-opus-5",
      platform: "anthropic-api",
      started_at: STARTED,
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.435Z",
      gateway_cost: { amount: "0.0369", currency: "USD" },
      stop_reason: "stop",
    },
    SPLIT,
    "0.03690475 estimated cache_ttl_unknown",
  ],
  [
    "bifrost-log",
    "usage and metadata are JSON in strings",
    {
      session_id: SESSION,
      team: "search",
      team_alias: "Search",
      api_key: "vk-77",
      attempt: 1,
      operation: "generate",
      stream: true,
      started_at: STARTED,
      ended_at: "2026-11-19T10:00:03.435Z",
      stop_reason: "tool_calls",
    },
    SPLIT,
    "0.03690475 estimated cache_ttl_unknown",
  ],
  [
    "portkey-log",
    "no cached tokens are told, so that the cost is an estimate; the gateway's own is in cents",
    {
      session_id: SESSION,
      claimed_team: "search",
      api_key: "claude-prod",
      project: "ws-shop",
      stream: true,
      started_at: STARTED,
      ended_at: "2026-11-19T10:00:03.435Z",
      gateway_cost: { amount: "0.0125", currency: "USD" },
    },
    { input_tokens: 2000, output_tokens: 100, cache_read_tokens: null },
    "0.0125 estimated usage_estimated",
  ],
  [
    "cloudflare-log",
    "who is in metadata, which is JSON in a string",
    {
      session_id: SESSION,
      claimed_team: "search",
      attempt: 1,
      api_format: "anthropic_messages",
      started_at: STARTED,
    },
    { input_tokens: 2000, output_tokens: 100, cache_read_tokens: null },
    "0.0125 estimated usage_estimated",
  ],
  [
    "cloudflare-logpush",
    "encrypted metadata tells nobody, and no tokens are no free call",
    { session_id: null, claimed_team: null, model: "claude-opus-5", project: "shop", http_status: 200 },
    { input_tokens: null, output_tokens: null },
    "null unpriced usage_missing",
  ],
  [
    "openrouter-generation",
    "native tokens are what is billed, not OpenRouter's normalised ones",
    {
      call_id: "req-1795082400-T7rail",
      provider_message_id: "msg_01TrailOpenRouter",
      session_id: SESSION,
      platform: "openrouter",
      model: "anthropic/claude-opus-5",
      region: "global",
      stream: true,
      gateway_cost: { amount: "0.0381", currency: "USD" },
    },
    { input_tokens: 4676, cache_read_tokens: 11_367, output_tokens: 80, thinking_tokens: 12 },
    "null unpriced no_price",
  ],
  [
    "helicone-webhook",
    "no time is told, so the append time counts",
    { time_quality: "missing", platform: "anthropic-api", model: "claude-opus-5" },
    { input_tokens: 2000, output_tokens: 100 },
    "0.0125 estimated usage_estimated",
  ],
  [
    "helicone-queue",
    "the internal queue has no tokens",
    {
      session_id: SESSION,
      claimed_team: "search",
      started_at: STARTED,
      ended_at: "2026-11-19T10:00:03.475Z",
      first_token_at: "2026-11-19T10:00:02.708Z",
      stream: true,
      gateway_cost: { amount: "0.0369", currency: "USD" },
    },
    { input_tokens: null },
    "null unpriced usage_missing",
  ],
  [
    "openmeter-whole-call",
    "LiteLLM's event has both sides",
    { gateway_cost: { amount: "0.00096", currency: "USD" }, started_at: STARTED },
    { input_tokens: 2000, output_tokens: 100 },
    "null unpriced no_price",
  ],
])("%s: %s", (name, _what, expected, meters, cost) => {
  const gateway = gatewayOf(name);
  const data = shipped(gateway, fixture(name));
  expect(data).toMatchObject({ gateway, outcome: "success", ...expected, meters });
  expect(priced(data)).toBe(cost);
});

test.each<[string, Json]>([
  ["envoy-ai-gateway-claude-code", { "x-request-id": "another" }],
  ["openrouter-generation", { "data.id": "gen-2" }],
  ["portkey-log", { id: "another" }],
  ["cloudflare-log", { step: 1 }],
  ["openinference-flat", { span_id: "00f067aa0ba902ff" }],
  ["tensorzero-inference", { id: "01a1f33f-be2d-7d10-8a4e-6a1f3c2b06ff" }],
  ["bifrost-log", { fallback_index: 1 }],
  ["helicone-webhook", { request_id: "another" }],
])("%s: the vendor's ids are the identity, wherever the record lies", (name, change) => {
  const gateway = gatewayOf(name);
  const id = (record: Json, offset = 41n) => eventOf(record, contextOf({ gateway }, {}, { offset }));
  const record = fixture(name);
  expect(id(record).identityQuality).toBe("vendor");
  expect(id(record, 99n).eventId).toBe(id(record).eventId);
  expect(id(altered(record, change)).eventId).not.toBe(id(record).eventId);
});
