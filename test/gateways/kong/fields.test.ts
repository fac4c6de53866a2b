import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json } from "#test/gateways/support.ts";

const call = fixture("kong-claude-code");
const context = contextOf({ gateway: "kong" });
const dataOf = (changes: Json = {}, source = context) => eventOf(changed(call, changes), source).data;
const named = (name: string) => eventOf(fixture(name), context).data;

describe("a call of Claude Code", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf()).toEqual({
      gateway: "kong",
      gateway_version: "3.15.0.4",
      call_id: "9f1c7a44d0b84b1f8a0c5d7e00000001",
      provider_request_id: "req_011TrailKong",
      provider_message_id: null,
      client_request_id: null,
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      attempt: 1,
      parent_call_id: null,
      internal_origin: null,
      session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      session_id_source: "header",
      agent: "agent-41c0",
      parent_agent: null,
      team: "search",
      team_alias: null,
      organization: "default",
      project: null,
      user: "noor@shop.example",
      end_user: null,
      api_key: "b1c20000-0000-4000-8000-000000000001",
      claimed_team: null,
      tags: ["team:search", "tier:gold"],
      client: "claude-cli/2.1.240",
      api_format: "anthropic_messages",
      operation: "generate",
      platform: "anthropic-api",
      model_requested: "claude-opus-5",
      model: "claude-opus-5",
      region: null,
      inference_geo: null,
      service_tier: null,
      speed: null,
      stream: true,
      started_at: "2026-11-19T10:00:00.125Z",
      time_quality: "stated",
      first_token_at: "2026-11-19T10:00:01.750Z",
      ended_at: "2026-11-19T10:00:03.475Z",
      gateway_overhead_us: 4000,
      outcome: "success",
      http_status: 200,
      error_type: null,
      error_code: null,
      stop_reason: null,
      meters: {
        input_tokens: 10,
        cache_read_tokens: 8000,
        cache_write_5m_tokens: null,
        cache_write_1h_tokens: null,
        cache_write_tokens: 1330,
        output_tokens: 80,
        thinking_tokens: null,
        web_search_requests: null,
        other: [],
      },
      parts: [],
      usage_quality: "final",
      gateway_cost: { amount: "0.0324", currency: "USD" },
    });
  });

  test("before 3.10 the block has the plugin's own name, and cost 0 is not configured", () => {
    expect(named("kong-3.9-ai-proxy")).toMatchObject({
      gateway_version: "3.9.1.1",
      platform: "openai",
      model: "gpt-4o-2024-08-06",
      model_requested: "gpt-4o",
      api_format: "openai_chat",
      meters: { input_tokens: 14, output_tokens: 21, cache_read_tokens: null },
      gateway_cost: null,
    });
  });

  test("a sentence for usage is a call of which nothing is known; two targets are two attempts", () => {
    expect(named("kong-usage-is-a-sentence")).toMatchObject({
      usage_quality: "missing",
      meters: { input_tokens: null, output_tokens: null },
      attempt: 2,
      region: "eu-central-1",
    });
  });

  test.each<[string, Json, Json]>([
    [
      "Gemini's API",
      {
        "ai.proxy.meta.provider_name": "gemini",
        "ai.proxy.meta.response_model": "gemini-2.5-pro",
        "ai.proxy.meta.request_model": "gemini-2.5-pro",
      },
      { platform: "google" },
    ],
    [
      "a Claude of provider gemini is on Vertex",
      { "ai.proxy.meta.provider_name": "gemini" },
      { platform: "vertex" },
    ],
    ["Azure", { "ai.proxy.meta.provider_name": "azure" }, { platform: "azure-openai" }],
    ["a provider of tomorrow", { "ai.proxy.meta.provider_name": "cohere" }, { platform: "cohere" }],
    [
      "a realtime session",
      { "ai.proxy.meta.request_mode": "realtime", "request.uri": "/realtime-route" },
      { operation: "generate", api_format: "openai_realtime" },
    ],
    ["a oneshot", { "ai.proxy.meta.request_mode": "oneshot" }, { stream: false }],
    [
      "empty tables of Lua as lists",
      { "ai.proxy.meta": [], "ai.proxy.usage.prompt_tokens_details": [], consumer: [], tries: [] },
      { model: null, team: null, platform: "unknown", meters: { input_tokens: 9340 } },
    ],
    [
      "a field session_id of the operator's",
      { "request.headers": {}, session_id: "lua-1" },
      { session_id: "lua-1", session_id_source: "gateway" },
    ],
    [
      "a repeated session header",
      { "request.headers": { "x-claude-code-session-id": ["one", "two"] } },
      { session_id: "one" },
    ],
    [
      "10 KB of session by a client",
      { "request.headers": { "x-claude-code-session-id": "s".repeat(10_240) } },
      { session_id: "s".repeat(512) },
    ],
    ["a workspace", { workspace_name: "eu" }, { organization: "eu" }],
    [
      "negative durations",
      { "latencies.kong": -1, "latencies.request": -1, "ai.proxy.usage.time_to_first_token": -1 },
      { gateway_overhead_us: null, ended_at: null, first_token_at: null },
    ],
    [
      "no start",
      { started_at: null },
      { time_quality: "missing", started_at: "2026-11-19T10:01:40.000Z", ended_at: null },
    ],
    [
      "the only group is the team where no tag names one",
      { "consumer.tags": [], consumer_groups: [{ name: "growth" }] },
      { team: "growth" },
    ],
    [
      "of two groups none is picked",
      { "consumer.tags": [], consumer_groups: [{ name: "a" }, { name: "b" }] },
      { team: null },
    ],
  ])("%s", (_, changes, expected) => {
    expect(dataOf(changes)).toMatchObject(expected);
  });

  test("each consumer may be a team: then it is no person, and stays readable", () => {
    const event = eventOf(
      changed(call, { "consumer.username": "search-app" }),
      contextOf({ gateway: "kong", team_from: "consumer" }),
    );
    expect(event).toMatchObject({ attributedTeam: "search-app", data: { team: "search", user: null } });
  });
});

describe("what is no call of a model", () => {
  test.each<[string, Json, string]>([
    ["HEAD /api/hello", { "request.method": "HEAD", "request.uri": "/api/hello" }, "other"],
    ["GET /v1/models", { "request.method": "GET", "request.uri": "/v1/models?limit=1000" }, "list_models"],
    [
      "GET /inference-profiles",
      { "request.method": "GET", "request.uri": "/inference-profiles?type=SYSTEM_DEFINED" },
      "list_models",
    ],
    ["count_tokens", { "request.uri": "/v1/messages/count_tokens?beta=true" }, "count_tokens"],
    [
      "Bedrock's count-tokens",
      { "request.uri": "/model/us.anthropic.claude-opus-5/count-tokens" },
      "count_tokens",
    ],
    [
      "Vertex's count-tokens",
      { "request.uri": "/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict" },
      "count_tokens",
    ],
    ["some other route", { "request.method": "GET", "request.uri": "/shop/basket" }, "other"],
    ["a call whose statistics are not logged", {}, "generate"],
    ["Bedrock's path", { "request.uri": "/model/us.anthropic.claude-opus-5/invoke" }, "generate"],
  ])("%s", (_, changes, operation) => {
    expect(dataOf({ ...changes, ai: undefined })).toMatchObject({
      operation,
      usage_quality: "missing",
      meters: { input_tokens: null, output_tokens: null },
    });
  });
});

describe("how a request ended", () => {
  test.each<[string, Json]>([
    [
      "kong-rate-limited",
      { outcome: "blocked", http_status: 429, error_type: "kong", error_code: "429", operation: "generate" },
    ],
    ["kong-overloaded", { outcome: "error", http_status: 529, error_type: "upstream", error_code: "529" }],
    [
      "kong-semantic-cache-hit",
      { outcome: "cached", meters: { input_tokens: 0, output_tokens: 0 }, usage_quality: "final" },
    ],
    ["kong-probe", { outcome: "success", http_status: 200 }],
    [
      "kong-guarded",
      {
        outcome: "blocked",
        http_status: 400,
        error_type: "kong",
        usage_quality: "missing",
        gateway_cost: null,
      },
    ],
  ])("%s", (name, expected) => {
    expect(named(name)).toMatchObject(expected);
  });

  test.each<[string, Json, Json]>([
    ["the client left", { "response.status": 499 }, { outcome: "aborted", usage_quality: "provisional" }],
    ["Kong could not reach a provider", { "response.status": 503, source: "kong" }, { outcome: "error" }],
    ["the provider refused", { "response.status": 401 }, { outcome: "error" }],
    [
      "a guard stepped in",
      { "response.status": 400, "ai.proxy.aws-guardrails": { input_block_reason: "violence" } },
      { outcome: "blocked" },
    ],
    [
      "a guard had nothing to say",
      { "ai.proxy.aws-guardrails": { input_block_reason: "" } },
      { outcome: "success" },
    ],
    ["a status as text", { "response.status": "200" }, { http_status: 200 }],
    [
      "a status per try, as text",
      { "response.status": 502, upstream_status: "503, 502" },
      { outcome: "error", http_status: 502, error_code: "502" },
    ],
    ["retries in tries[] alone", { "ai.proxy.tried_targets": [], tries: [{}, {}, {}] }, { attempt: 3 }],
  ])("%s", (_, changes, expected) => {
    expect(dataOf(changes)).toMatchObject(expected);
  });
});
