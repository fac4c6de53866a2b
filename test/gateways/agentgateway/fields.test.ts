import { describe, expect, test } from "vitest";
import { changed, context, dataOf, rated } from "#test/gateways/agentgateway/line.ts";
import { contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const call = fixture("agentgateway-claude-code");
const openai = fixture("agentgateway-openai-retried");

describe("a call of Claude Code", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf(call)).toMatchObject({
      gateway: "agentgateway",
      call_id: "5b0d3a8e-51a4-4a57-9c8e-1f6f1a2b0031",
      provider_request_id: "req_011TrailAgentgateway",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      attempt: null,
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "header",
      team: "search",
      user: "noor@shop.example",
      api_key: "search-laptops",
      agent: "agent-7",
      client: "claude-cli/2.1.240",
      operation: "generate",
      api_format: "anthropic_messages",
      platform: "anthropic-api",
      model_requested: "claude-opus-5",
      model: "claude-opus-5",
      stream: true,
      outcome: "success",
      http_status: 200,
      started_at: "2026-11-19T10:00:00.125Z",
      time_quality: "stated",
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.437Z",
      usage_quality: "final",
      gateway_cost: { amount: "0.03690475", currency: "USD" },
    });
  });

  test("the input tokens are Anthropic's own, without cached ones, although the name says OpenTelemetry", () => {
    expect(dataOf(call).meters).toMatchObject({
      input_tokens: 3,
      cache_read_tokens: 11_367,
      cache_write_5m_tokens: null,
      cache_write_1h_tokens: null,
      cache_write_tokens: 4_673,
      output_tokens: 80,
    });
    // 3 x 5 + 11,367 x 0.5 + 4,673 x 6.25 + 80 x 25 per million.
    expect(rated(call)).toBe("0.03690475 estimated cache_ttl_unknown");
  });
});

describe("whether the input holds the cached tokens, by provider", () => {
  const from = (provider: string | undefined, model: string) =>
    changed(openai, { "gen_ai.provider.name": provider, "gen_ai.response.model": model });
  test.each<[string | undefined, string, number | string]>([
    ["openai", "gpt-4.1-mini", 500],
    ["azure", "gpt-4.1-mini", 500],
    ["gcp.gemini", "gemini-3-pro", 500],
    ["gcp.vertex_ai", "gemini-3-pro", 500],
    ["gcp.vertex_ai", "claude-sonnet-5@20260401", 2000],
    ["copilot", "claude-sonnet-5", 2000],
    ["anthropic", "claude-sonnet-5", 2000],
    ["aws.bedrock", "amazon.nova-pro-v1:0", 2000],
    ["azure", "claude-sonnet-5", "usage_unreadable"],
    ["custom", "acme-1", "usage_unreadable"],
    [undefined, "acme-1", "usage_unreadable"],
  ])("%s with %s: %s", (provider, model, expected) => {
    const record = from(provider, model);
    const found = reasonOf(record, context());
    expect(found === "accepted" ? dataOf(record).meters.input_tokens : found).toBe(expected);
  });

  test("a source's own word comes before the provider's name", () => {
    expect(dataOf(from("custom", "acme-1"), { input_includes_cache: true }).meters.input_tokens).toBe(500);
    expect(dataOf(from("openai", "acme-1"), { input_includes_cache: false }).meters.input_tokens).toBe(2000);
  });

  test("nothing has to be declared where nothing was cached", () => {
    const bare = changed(from("custom", "acme-1"), { "gen_ai.usage.cache_read.input_tokens": undefined });
    expect(dataOf(bare).meters.input_tokens).toBe(2000);
  });
});

describe("figures", () => {
  test.each<[string, Json, string]>([
    [
      "more cached than there was input",
      { "gen_ai.usage.cache_read.input_tokens": 2001 },
      "meters_contradict",
    ],
    ["more thinking than output", { "gen_ai.usage.reasoning_tokens": 101 }, "meters_contradict"],
    ["negative", { "gen_ai.usage.output_tokens": -1 }, "bad_number"],
    ["a fraction", { "gen_ai.usage.input_tokens": 1.5 }, "bad_number"],
    ["a cost that is no number", { "agw.ai.usage.cost.total": "a lot" }, "bad_number"],
    ["a retry that is no number", { "retry.attempt": "first" }, "bad_number"],
  ])("%s is refused", (_what, changes, reason) => {
    expect(reasonOf(changed(openai, changes), context())).toBe(reason);
  });

  test("a cost of 0 is not known, since the catalog may lack the model", () => {
    expect(dataOf(changed(call, { "agw.ai.usage.cost.total": "0" })).gateway_cost).toBeNull();
  });

  test("an answer that did not end keeps its input, as provisional", () => {
    const broken = changed(call, {
      "gen_ai.usage.output_tokens": undefined,
      "gen_ai.usage.cache_creation.input_tokens": undefined,
    });
    expect(dataOf(broken)).toMatchObject({
      usage_quality: "provisional",
      meters: { cache_read_tokens: 11_367 },
    });
    expect(rated(broken)).toContain("usage_provisional");
  });

  test("without any figure the usage is missing", () => {
    const bare = Object.fromEntries(
      Object.entries(call).filter(([name]) => !name.startsWith("gen_ai.usage")),
    );
    expect(rated(bare)).toBe("null unpriced usage_missing");
  });
});

describe("identity", () => {
  const idOf = (record: Json, offset = 41n) => {
    const { eventId, identityQuality } = eventOf(
      record,
      contextOf({ gateway: "agentgateway" }, {}, { offset }),
    );
    return { eventId, identityQuality };
  };
  test("is the gateway's own span; a client's trace or request id alone never is", () => {
    expect(idOf(call).identityQuality).toBe("vendor");
    expect(idOf(call, 99n)).toEqual(idOf(call));
    expect(idOf(changed(call, { "span.id": "9ad3c07d51f2be45" }))).not.toEqual(idOf(call));
    expect(idOf(changed(call, { "request.id": "another" }))).toEqual(idOf(call));
  });
  test("without a span it is the position", () => {
    expect(idOf(openai).identityQuality).toBe("position");
    expect(idOf(openai, 99n)).not.toEqual(idOf(openai));
  });
});

describe("who", () => {
  test("without the added fields the token's subject is the user, and there is no team", () => {
    const bare = changed(call, { "agentgateway.user": undefined, "agentgateway.group": undefined });
    expect(dataOf(bare)).toMatchObject({ user: "noor@shop.example", team: null });
  });
  test("nobody, where the source says so", () => {
    expect(dataOf(call, { user_from: "none" }).user).toBeNull();
  });
  test("an empty session is none", () => {
    expect(dataOf(changed(call, { "session.id": "" }))).toMatchObject({
      session_id: null,
      session_id_source: null,
    });
  });
});

describe("what is no call", () => {
  const plain = changed(fixture("agentgateway-mcp"), { "mcp.method.name": undefined, protocol: "http" });
  test.each<[string, Json, string]>([
    ["a tool call over MCP", fixture("agentgateway-mcp"), "mcp"],
    ["an agent's message over A2A", changed(plain, { "a2a.method": "message/send" }), "mcp"],
    ["a probe", changed(plain, { "http.method": "HEAD", "http.path": "/v1/messages" }), "other"],
    [
      "the list of models",
      changed(plain, { "http.method": "GET", "http.path": "/v1/models" }),
      "list_models",
    ],
    ["counting tokens", changed(plain, { "http.path": "/v1/messages/count_tokens" }), "count_tokens"],
    ["a route beside the models", changed(plain, { "http.path": "/orders" }), "other"],
    ["an embedding", changed(openai, { "gen_ai.operation.name": "embeddings" }), "embed"],
  ])("%s", (_what, record, operation) => {
    expect(dataOf(record).operation).toBe(operation);
  });
});

test.each<[string, unknown, string]>([
  ["text", "2026-11-19T10:00:03Z info request", "not_a_record"],
  ["an empty object", {}, "bad_shape"],
  [
    "a message of the program itself",
    { level: "info", scope: "state_manager", message: "watching" },
    "bad_shape",
  ],
  ["a provider that is no text", changed(call, { "gen_ai.provider.name": {} }), "bad_shape"],
])("%s is refused", (_what, record, reason) => {
  expect(reasonOf(record, context())).toBe(reason);
});
