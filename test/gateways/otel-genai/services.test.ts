import { describe, expect, test } from "vitest";
import { becomes, context, dataOf, named, withAttributes } from "#test/gateways/otel-genai/support.ts";
import { eventOf, eventsOf, type Json, reasonOf } from "#test/gateways/support.ts";

const EXCLUSIVE = {
  input_tokens: 3,
  cache_read_tokens: 11_367,
  cache_write_tokens: 4_673,
  output_tokens: 80,
};
const idOf = (record: Json) => eventsOf(record, context())[0]?.eventId;

test.each([
  "semconv",
  "openrouter",
  "envoy-ai-gateway",
  "envoy-ai-gateway-span",
  "litellm",
  "openllmetry",
  "agentgateway",
  "claude-code",
])("%s: the same call has the same tokens, whatever its convention", (name) => {
  expect(dataOf(named(name)).meters).toMatchObject(EXCLUSIVE);
});

describe("OpenRouter", () => {
  test("bills the call itself, and its response id is its own", () => {
    expect(dataOf(named("openrouter"))).toMatchObject({
      platform: "openrouter",
      call_id: "gen-1795082400-TrailOpenRouter",
      provider_message_id: null,
      api_key: "eng",
      claimed_team: "search",
      end_user: "noor@shop.example",
      tags: ["service:openrouter", "provider:Amazon Bedrock"],
      first_token_at: "2026-11-19T10:00:02.708Z",
      stop_reason: "stop",
      gateway_cost: { amount: "0.0369", currency: "USD" },
    });
  });

  test("only the generation counts: an attempt at a provider is in it", () => {
    expect(becomes(named("openrouter-attempt"))).toBe("audit: span");
    expect(eventsOf(named("openrouter-attempt"), context())[0]?.data).toMatchObject({
      target_type: "span",
      target_id: "provider attempt 1: Amazon Bedrock",
    });
  });
});

describe("Cloudflare", () => {
  test("is known by its own attribute, and counts no cached tokens: an estimate", () => {
    expect(dataOf(named("cloudflare"))).toMatchObject({
      platform: "anthropic-api",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      claimed_team: "search",
      end_user: "noor@shop.example",
      usage_quality: "estimated",
      meters: { input_tokens: 16_043, cache_read_tokens: null },
      gateway_cost: { amount: "0.0369" },
    });
  });
});

describe.each(["portkey", "zuplo"])("%s", (name) => {
  const record = named(name);
  const cached = withAttributes(record, { "gen_ai.usage.cache_read.input_tokens": 200 });

  test("does not say whether its input holds cached tokens: with some, the source has to", () => {
    expect(reasonOf(cached, context())).toBe("usage_unreadable");
    expect(dataOf(cached, { input_includes_cache: true }).meters.input_tokens).toBe(300);
    expect(dataOf(cached, { input_includes_cache: false }).meters.input_tokens).toBe(500);
  });

  test("without any it is read", () => {
    expect(dataOf(record)).toMatchObject({ meters: { input_tokens: 500 }, session_id_source: "telemetry" });
  });
});

test("Zuplo has a span for each attempt, and each is a call", () => {
  const first = named("zuplo");
  const second = { ...first, span_id: "1111067aa0ba902b" };
  expect(dataOf(first)).toMatchObject({ usage_quality: "estimated", gateway_cost: { amount: "0.0045" } });
  expect(idOf(second)).not.toBe(idOf(first));
});

describe("Envoy AI Gateway", () => {
  const log = named("envoy-ai-gateway");

  test("writes text, and - for nothing", () => {
    expect(dataOf(log)).toMatchObject({
      end_user: null,
      http_status: 200,
      started_at: "2026-11-19T10:00:00.125Z",
      time_quality: "stated",
      platform: "anthropic-api",
    });
  });

  test("a request that asked no model has - everywhere, and is nothing", () => {
    const names = Object.keys(log["attributes"] as Json).filter((name) => name.startsWith("gen_ai."));
    expect(becomes(withAttributes(log, Object.fromEntries(names.map((name) => [name, "-"]))))).toBe(
      "nothing",
    );
  });
});

describe("Kong", () => {
  const span = named("kong");

  test("is known by its span, whatever the service is called, and counts no cached tokens", () => {
    expect(dataOf({ ...span, resource: { "service.name": "shop" } })).toMatchObject({
      usage_quality: "estimated",
      stop_reason: "end_turn",
    });
  });

  test("only kong.gen_ai counts", () => {
    expect(becomes({ ...span, name: "kong.access.plugin.ai-proxy" })).toBe("audit: span");
  });

  test.each<[string, number | "meters_contradict" | "usage_unreadable"]>([
    ["3.14.0.7", 16_043],
    ["3.15.0.4", 4_676],
  ])("if it counts them, Claude's are as in the logs of its version %s", (version, input) => {
    const cached = withAttributes(
      { ...span, resource: { "service.name": "kong", "service.version": version } },
      { "gen_ai.usage.cache_read.input_tokens": 11_367 },
    );
    expect(dataOf(cached).meters.input_tokens).toBe(input);
  });

  test("a reply from its cache consumed nothing", () => {
    expect(dataOf(withAttributes(span, { "kong.gen_ai.cache.status": "hit" }))).toMatchObject({
      outcome: "cached",
      usage_quality: "final",
      meters: { input_tokens: 0 },
    });
  });
});

describe("LiteLLM", () => {
  const span = named("litellm");

  test("the team is the key's, and the caller's metadata only a claim", () => {
    const keyed = withAttributes(span, {
      "metadata.user_api_key_team_id": "search",
      "metadata.team_id": "forged",
    });
    expect(dataOf(keyed)).toMatchObject({ team: "search", claimed_team: null, stream: false });
  });

  test("the raw request repeats it", () => {
    expect(becomes({ ...span, name: "raw_gen_ai_request" })).toBe("audit: span");
  });

  test("its own span and the proxy's around it are one call", () => {
    const outer = { ...span, name: "Received Proxy Server Request", span_id: "1111067aa0ba902b" };
    expect(idOf(outer)).toBe(idOf(span));
  });
});

describe("agentgateway", () => {
  const log = named("agentgateway");
  const { time_unix_nano: end, body: _body, ...rest } = log;
  const span = {
    ...rest,
    otlp: "span",
    name: "POST /v1/messages",
    start_time_unix_nano: "1795082400125000000",
    end_time_unix_nano: end,
  };

  test("counts Claude's cached tokens apart, though it uses the conventions' names", () => {
    expect(dataOf(log)).toMatchObject({
      gateway: "otel-genai",
      user: "noor@shop.example",
      started_at: "2026-11-19T10:00:00.125Z",
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.475Z",
      gateway_cost: { amount: "0.0369047" },
    });
    const openai = withAttributes(log, {
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5.1",
      "gen_ai.response.model": "gpt-5.1",
      "gen_ai.usage.input_tokens": 16_043,
    });
    expect(dataOf(openai).meters.input_tokens).toBe(3);
  });

  test("a request's log record and span are one event", () => {
    expect(eventOf(span, context()).eventId).toBe(eventOf(log, context()).eventId);
    expect(dataOf(span)).toMatchObject({
      started_at: "2026-11-19T10:00:00.125Z",
      ended_at: "2026-11-19T10:00:03.475Z",
    });
  });

  test("is known by what only it writes, and its inner spans are no calls", () => {
    const renamed = { ...log, resource: { "service.name": "edge" }, scope: { attributes: {} } };
    expect(dataOf(renamed).meters).toMatchObject(EXCLUSIVE);
    const inner = withAttributes(span, { "http.method": undefined, "http.path": undefined });
    expect(becomes(inner)).toBe("audit: span");
  });

  test("a refusal of its own is blocked", () => {
    const limited = withAttributes(log, {
      "http.status": 429,
      reason: "RateLimit",
      "gen_ai.usage.input_tokens": undefined,
      "gen_ai.usage.output_tokens": undefined,
      "gen_ai.usage.cache_read.input_tokens": undefined,
      "gen_ai.usage.cache_creation.input_tokens": undefined,
      "agw.ai.usage.cost.total": undefined,
    });
    expect(dataOf(limited)).toMatchObject({ outcome: "blocked", error_type: "RateLimit" });
  });
});

describe("Claude Code through a collector for all", () => {
  test("is read by its own rules", () => {
    expect(dataOf(named("claude-code"))).toMatchObject({
      gateway: "otel-genai",
      client: "claude-code/2.1.240",
      user: "noor@shop.example",
    });
  });

  test("also where the collector took its resource and scope away", () => {
    const bare = {
      ...named("claude-code"),
      resource: {},
      scope: { attributes: {} },
      event_name: "claude_code.api_request",
    };
    expect(dataOf(bare).meters).toMatchObject(EXCLUSIVE);
  });
});
