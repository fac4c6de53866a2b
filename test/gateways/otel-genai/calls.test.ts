import { describe, expect, test } from "vitest";
import { context, dataOf, named, rated, withAttributes } from "#test/gateways/otel-genai/support.ts";
import { eventOf, type Json, reasonOf } from "#test/gateways/support.ts";

const call = named("semconv");
const details = named("inference-details");

describe("a span by the conventions", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf(call)).toMatchObject({
      gateway: "otel-genai",
      gateway_version: "4.2.0",
      provider_message_id: "msg_01TrailSemconv",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "telemetry",
      agent: "agent-7",
      team: null,
      claimed_team: "search",
      user: null,
      end_user: "noor@shop.example",
      tags: ["service:ranker", "department:engineering"],
      operation: "generate",
      platform: "anthropic-api",
      model: "claude-opus-5",
      stream: true,
      outcome: "success",
      stop_reason: "end_turn",
      started_at: "2026-11-19T10:00:00.125Z",
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.475Z",
      usage_quality: "final",
      gateway_cost: null,
    });
  });

  test("its input tokens hold the cached ones", () => {
    expect(dataOf(call).meters).toMatchObject({
      input_tokens: 3,
      cache_read_tokens: 11_367,
      cache_write_tokens: 4_673,
      output_tokens: 80,
      thinking_tokens: 12,
    });
    // 3 x 5 + 11,367 x 0.5 + 4,673 x 6.25 + 80 x 25 per million.
    expect(rated(call)).toBe("0.03690475 estimated cache_ttl_unknown");
  });

  test("parts that are more than their whole are a reject and no guess", () => {
    const violator = withAttributes(call, { "gen_ai.usage.input_tokens": 3 });
    expect(reasonOf(violator, context())).toBe("meters_contradict");
    expect(dataOf(violator, { input_includes_cache: false }).meters.input_tokens).toBe(3);
    expect(reasonOf(withAttributes(call, { "gen_ai.usage.reasoning.output_tokens": 81 }), context())).toBe(
      "meters_contradict",
    );
    expect(reasonOf(withAttributes(call, { "gen_ai.usage.total_tokens": 17_000 }), context())).toBe(
      "meters_contradict",
    );
  });

  test("failed by its status, with the error's type", () => {
    expect(dataOf(named("semconv-error"))).toMatchObject({
      outcome: "error",
      error_type: "ThrottlingException",
      error_code: "429",
      platform: "bedrock",
      region: "eu-central-1",
      usage_quality: "missing",
    });
    expect(rated(named("semconv-error"))).toBe("0 rated not_billed");
  });

  test.each<[string, Json, Json]>([
    [
      "a client that went away",
      { "http.response.status_code": 499 },
      { outcome: "aborted", usage_quality: "provisional" },
    ],
    [
      "an answer that did not end",
      { "gen_ai.usage.output_tokens": undefined, "gen_ai.usage.reasoning.output_tokens": undefined },
      { usage_quality: "provisional" },
    ],
    [
      "no usage",
      {
        "gen_ai.usage.input_tokens": undefined,
        "gen_ai.usage.output_tokens": undefined,
        "gen_ai.usage.cache_read.input_tokens": undefined,
        "gen_ai.usage.cache_creation.input_tokens": undefined,
      },
      { usage_quality: "missing" },
    ],
    [
      "an embedding",
      {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.usage.output_tokens": undefined,
        "gen_ai.usage.reasoning.output_tokens": undefined,
      },
      { operation: "embed", usage_quality: "final" },
    ],
    ["a batch's tier", { "openai.response.service_tier": "flex" }, { service_tier: "flex" }],
    [
      "a tier without a name of ours",
      { "openai.response.service_tier": "turbo" },
      { service_tier: null, usage_quality: "provisional" },
    ],
    ["a session before a conversation", { "session.id": "s-1" }, { session_id: "s-1" }],
    ["an empty session", { "session.id": "" }, { session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55" }],
    [
      "a recorded header before both",
      { "http.request.header.x-claude-code-session-id": ["s-2"] },
      { session_id: "s-2", session_id_source: "header" },
    ],
    ["a cost", { "gen_ai.usage.cost": 0.5 }, { gateway_cost: { amount: "0.5", currency: "USD" } }],
    ["a cost of 0 is not known", { "gen_ai.usage.cost": 0 }, { gateway_cost: null }],
  ])("%s", (_what, changes, expected) => {
    expect(dataOf(withAttributes(call, changes))).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ["anthropic", "anthropic-api"],
    ["aws.bedrock", "bedrock"],
    ["gcp.vertex_ai", "vertex"],
    ["gcp.gemini", "google"],
    ["openai", "openai"],
    ["azure.ai.openai", "azure-openai"],
    ["Anthropic", "anthropic-api"],
  ])("its provider %s is the platform %s", (provider, platform) => {
    expect(dataOf(withAttributes(call, { "gen_ai.provider.name": provider })).platform).toBe(platform);
  });

  test("its platform without a provider is the host's, else the source's, else not known", () => {
    const nameless = withAttributes(call, { "gen_ai.provider.name": undefined });
    const hostless = withAttributes(nameless, { "server.address": "proxy.shop.example" });
    expect(dataOf(nameless).platform).toBe("anthropic-api");
    expect(dataOf(hostless, { platform: "bedrock" }).platform).toBe("bedrock");
    expect(dataOf(hostless).platform).toBe("unknown");
  });
});

describe("figures under other names", () => {
  const bare = withAttributes(
    call,
    Object.fromEntries(
      Object.keys(call["attributes"] as Json)
        .filter((name) => name.startsWith("gen_ai.usage."))
        .map((name) => [name, undefined]),
    ),
  );

  test.each<[string, Json]>([
    [
      "OpenTelemetry before 1.27",
      {
        "gen_ai.usage.prompt_tokens": 700,
        "gen_ai.usage.completion_tokens": 80,
        "gen_ai.usage.cached_tokens": 200,
      },
    ],
    [
      "OpenLLMetry",
      {
        "llm.usage.prompt_tokens": 700,
        "llm.usage.completion_tokens": 80,
        "gen_ai.usage.cache_read_input_tokens": 200,
      },
    ],
    [
      "OpenInference",
      {
        "llm.token_count.prompt": 700,
        "llm.token_count.completion": 80,
        "llm.token_count.prompt_details.cache_read": 200,
      },
    ],
    [
      "OpenRouter",
      {
        "gen_ai.usage.input_tokens": 700,
        "gen_ai.usage.output_tokens": 80,
        "gen_ai.usage.input_tokens.cached": 200,
      },
    ],
    [
      "text",
      {
        "gen_ai.usage.input_tokens": "700",
        "gen_ai.usage.output_tokens": "80",
        "gen_ai.usage.cached_tokens": "200",
      },
    ],
    [
      "two names that agree",
      {
        "gen_ai.usage.input_tokens": 700,
        "gen_ai.usage.prompt_tokens": 700,
        "gen_ai.usage.output_tokens": 80,
        "gen_ai.usage.cached_tokens": 200,
      },
    ],
  ])("%s", (_who, usage) => {
    expect(dataOf(withAttributes(bare, usage)).meters).toMatchObject({
      input_tokens: 500,
      cache_read_tokens: 200,
      output_tokens: 80,
    });
  });

  test("two names that disagree are two conventions: a reject", () => {
    const both = withAttributes(call, { "gen_ai.usage.prompt_tokens": 3 });
    expect(reasonOf(both, context())).toBe("meters_contradict");
  });

  test.each<[string, Json, string]>([
    ["half a token", { "gen_ai.usage.input_tokens": 0.5 }, "bad_number"],
    ["fewer than none", { "gen_ai.usage.output_tokens": -1 }, "bad_number"],
    ["a cost that is none", { "gen_ai.usage.cost": "much" }, "bad_number"],
  ])("%s is a reject", (_what, changes, reason) => {
    expect(reasonOf(withAttributes(call, changes), context())).toBe(reason);
  });
});

describe("a log of a call", () => {
  test("is a call that ended when it was written", () => {
    expect(dataOf(details)).toMatchObject({
      platform: "openai",
      model: "gpt-5.1-2026-08-01",
      started_at: "2026-11-19T10:00:03.475Z",
      time_quality: "end_only",
      meters: { input_tokens: 500, cache_read_tokens: 200, output_tokens: 80 },
    });
  });

  test("is the event of its span, if both state the same response", () => {
    const { time_unix_nano: end, event_name: _name, ...log } = details;
    const span = {
      ...log,
      otlp: "span",
      name: "chat gpt-5.1",
      start_time_unix_nano: "1795082400125000000",
      end_time_unix_nano: end,
    };
    const idOf = (record: Json) => eventOf(record, context()).eventId;
    expect(idOf(span)).toBe(idOf(details));
    const nameless = (record: Json) => withAttributes(record, { "gen_ai.response.id": undefined });
    const later = { ...nameless(details), time_unix_nano: "1795082403476000000" };
    expect(new Set([idOf(nameless(span)), idOf(nameless(details)), idOf(later)]).size).toBe(3);
  });
});
