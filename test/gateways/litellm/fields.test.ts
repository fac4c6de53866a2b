import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json } from "#test/gateways/support.ts";

const call = fixture("litellm-claude-code");
const context = contextOf({ gateway: "litellm" });
const dataOf = (changes: Json = {}, source = context) => eventOf(changed(call, changes), source).data;

describe("a call of Claude Code", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf()).toEqual({
      gateway: "litellm",
      gateway_version: null,
      call_id: "3f6f0e6e-52f1-4d49-8f5d-2a1f2f6c0001",
      provider_request_id: "req_011TrailFixture",
      provider_message_id: "msg_01TrailFixtureAbCdEf0001",
      client_request_id: "c0ffee00-0000-4000-8000-000000000001",
      trace_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      attempt: null,
      parent_call_id: null,
      internal_origin: null,
      session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      session_id_source: "header",
      agent: "agent-41c0",
      parent_agent: "agent-root",
      team: "team-search",
      team_alias: "Search",
      organization: "org-shop",
      project: "ranking",
      user: "noor@shop.example",
      end_user: "7a3d0c1e-1111-4222-8333-444455556666",
      api_key: call["metadata"] && (call["metadata"] as Json)["user_api_key_hash"],
      claimed_team: "ranking",
      tags: ["User-Agent: claude-cli", "team:ranking", "nightly"],
      client: "claude-cli/2.1.240",
      api_format: "anthropic_messages",
      operation: "generate",
      platform: "anthropic-api",
      model_requested: "claude-opus-5",
      model: "claude-opus-5",
      region: null,
      inference_geo: null,
      service_tier: "standard",
      speed: null,
      stream: true,
      started_at: "2026-11-19T10:00:00.125Z",
      time_quality: "stated",
      first_token_at: "2026-11-19T10:00:01.750Z",
      ended_at: "2026-11-19T10:00:03.500Z",
      gateway_overhead_us: 4125,
      outcome: "success",
      http_status: null,
      error_type: null,
      error_code: null,
      stop_reason: null,
      meters: {
        input_tokens: 10,
        cache_read_tokens: 8000,
        cache_write_5m_tokens: 330,
        cache_write_1h_tokens: 1000,
        cache_write_tokens: 0,
        output_tokens: 80,
        thinking_tokens: 24,
        web_search_requests: 2,
        other: [],
      },
      parts: [],
      usage_quality: "final",
      gateway_cost: { amount: "0.0187265", currency: "USD" },
    });
  });

  test.each<[string, Json, Json]>([
    ["an unknown provider passes as it is", { custom_llm_provider: "groq" }, { platform: "groq" }],
    [
      "Azure's OpenAI is a platform of its own",
      { custom_llm_provider: "azure" },
      { platform: "azure-openai" },
    ],
    ["Google's own API", { custom_llm_provider: "gemini" }, { platform: "google" }],
    [
      "a partner's model on Vertex",
      { custom_llm_provider: "vertex_ai-anthropic_models" },
      { platform: "vertex" },
    ],
    [
      "no provider, a route's prefix",
      { custom_llm_provider: null, model: "bedrock/x" },
      { platform: "bedrock", model: "bedrock/x" },
    ],
    ["no provider at all", { custom_llm_provider: "" }, { platform: "unknown" }],
    ["an embedding", { call_type: "aembedding" }, { operation: "embed", api_format: "openai_embeddings" }],
    ["a count of tokens", { call_type: "acount_tokens" }, { operation: "count_tokens" }],
    ["a call type of tomorrow", { call_type: "adream" }, { operation: "other", api_format: "adream" }],
    [
      "a batch's result is billed as batch",
      { call_type: "aretrieve_batch" },
      { operation: "batch", service_tier: "batch" },
    ],
    ["fast", { "metadata.usage_object.speed": "fast" }, { speed: "fast" }],
    ["US-only inference", { "metadata.usage_object.inference_geo": "us" }, { inference_geo: "us" }],
    [
      "an unknown tier makes the cost an estimate",
      { "metadata.usage_object.service_tier": "scale" },
      { service_tier: null, usage_quality: "estimated" },
    ],
    [
      "an ARN",
      { model: "arn:aws:bedrock:eu-west-3:1:inference-profile/eu.anthropic.claude-opus-5" },
      { region: "eu-west-3" },
    ],
    [
      "an internal call of the router",
      { internal_call_origin: "auto_router" },
      { internal_origin: "auto_router" },
    ],
    ["the second attempt", { "metadata.attempted_retries": 1 }, { attempt: 2 }],
    [
      "a fallback: what the client asked for is the group before it",
      { model_group: "spare", "metadata.original_model_group": "claude-opus" },
      { model_requested: "claude-opus" },
    ],
    [
      "an overhead below zero",
      { "hidden_params.litellm_overhead_time_ms": -1 },
      { gateway_overhead_us: null },
    ],
    ["an end before the start", { endTime: 1795082300 }, { ended_at: null }],
    [
      "a raw key in the place of its hash",
      { "metadata.user_api_key_hash": "sk-live0123456789abcdef" },
      { api_key: null },
    ],
    [
      "a model with spaces, slashes and a look-alike",
      { model: "my models/сlaude :1" },
      { model: "my models/сlaude :1" },
    ],
    ["a team of any text", { "metadata.user_api_key_team_id": `../*"'` }, { team: `../*"'` }],
    ["an empty team", { "metadata.user_api_key_team_id": "" }, { team: null }],
  ])("%s", (_, changes, expected) => {
    expect(dataOf(changes)).toMatchObject(expected);
  });

  test("region and platform of a call on Vertex", () => {
    expect(eventOf(fixture("litellm-vertex"), context).data).toMatchObject({
      platform: "vertex",
      region: "europe-west1",
      model: "claude-opus-5@20260724",
    });
  });
});

describe("who pays", () => {
  test.each([
    ["gateway", undefined],
    ["fixed", undefined],
    ["consumer", "search-claude-code"],
    ["consumer_tag", "ranking"],
  ] as const)("team_from %s leaves the authenticated team as it is", (team_from, attributed) => {
    const event = eventOf(call, contextOf({ gateway: "litellm", team_from, team: "x" }));
    expect(event.data.team).toBe("team-search");
    expect(event.attributedTeam).toBe(attributed);
  });

  test("user_from none names no user", () => {
    expect(dataOf({}, contextOf({ gateway: "litellm", user_from: "none" })).user).toBeNull();
  });
});

describe("the session", () => {
  const bare = {
    session_id: undefined,
    "metadata.requester_custom_headers": {},
    "metadata.requester_metadata": {},
    end_user: null,
  };
  test.each<[string, Json, string | null, string | null]>([
    [
      "LiteLLM's own, which is not the trace",
      { ...bare, session_id: "own-1", trace_id: "t-1" },
      "own-1",
      "gateway",
    ],
    [
      "the header before LiteLLM's own",
      { session_id: "own-1" },
      "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      "header",
    ],
    ["LiteLLM's own that is empty", { ...bare, session_id: "" }, null, null],
    ["a trace id alone is none", { ...bare, trace_id: "t-1" }, null, null],
    [
      "the header",
      { ...bare, "metadata.requester_custom_headers": { "X-Claude-Code-Session-Id": "h-1" } },
      "h-1",
      "header",
    ],
    [
      "the header that the trace id repeats",
      {
        ...bare,
        trace_id: "h-1",
        "metadata.requester_custom_headers": { "x-claude-code-session-id": "h-1" },
      },
      "h-1",
      "header",
    ],
    [
      "the body's user id, as JSON",
      {
        ...bare,
        "metadata.requester_metadata": { user_id: '{"device_id":"d","account_uuid":"","session_id":"b-1"}' },
      },
      "b-1",
      "body",
    ],
    [
      "the body's user id, as text",
      {
        ...bare,
        "metadata.requester_metadata": {
          user_id: "user_ab_account__session_0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e5",
        },
      },
      "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e5",
      "body",
    ],
    ["none", { ...bare, trace_id: null }, null, null],
    [
      "10 KB by a client is cut, not refused",
      { ...bare, session_id: "s".repeat(10_240) },
      "s".repeat(512),
      "gateway",
    ],
    ["control characters of a client", { ...bare, session_id: "a\u0000b" }, "a\ufffdb", "gateway"],
  ])("%s", (_, changes, session, source) => {
    expect(dataOf(changes)).toMatchObject({ session_id: session, session_id_source: source });
  });

  test("the header that a source names", () => {
    const changes = { ...bare, "metadata.requester_custom_headers": { "x-thread": "t-9" } };
    expect(dataOf(changes, contextOf({ gateway: "litellm", session_header: "X-Thread" })).session_id).toBe(
      "t-9",
    );
  });
});
