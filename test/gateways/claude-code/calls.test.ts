import { describe, expect, test } from "vitest";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { context, dataOf, withAttributes } from "#test/gateways/claude-code/support.ts";
import { changed, eventsOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const call = fixture("claude-code-api-request");
const older = fixture("claude-code-older");
const failed = fixture("claude-code-api-error");
const book = createPriceBook(shippedPrices());

function rated(record: Json): string {
  const data = dataOf(record);
  const timed = { data, eventTimeMs: Date.parse(data.started_at), source: context().source };
  const { cost, status, note } = rate(book, timed);
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}

describe("an api_request", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf(call)).toMatchObject({
      gateway: "claude-code",
      gateway_version: "2.1.240",
      call_id: null,
      provider_request_id: "req_011TrailClaudeCode",
      client_request_id: "0b7b3a54-4b5e-4d2b-9f5e-3f5a4b1d0001",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "telemetry",
      organization: "6c95a611-9991-407b-b1c3-bc608d3bccc3",
      team: null,
      claimed_team: "search",
      user: "noor@shop.example",
      end_user: null,
      tags: [
        "department:engineering",
        "cost_center:eng-123",
        "query_source:repl_main_thread",
        "effort:medium",
        "skill:review",
        "mcp_server:jira",
      ],
      client: "claude-code/2.1.240",
      operation: "generate",
      platform: "anthropic-api",
      model: "claude-opus-5",
      speed: "standard",
      outcome: "success",
      started_at: "2026-11-19T10:00:00.125Z",
      ended_at: "2026-11-19T10:00:03.475Z",
      time_quality: "stated",
      usage_quality: "final",
      gateway_cost: { amount: "0.036905", currency: "USD" },
    });
  });

  test("input tokens are without cached ones, and how long a write lives is not told", () => {
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

  test.each<[string, Json]>([
    ["its attribute without the prefix", {}],
    [
      "its attribute with the prefix",
      { attributes: { "event.name": "claude_code.api_request" }, body: undefined },
    ],
    [
      "the record's own event_name",
      { attributes: { "event.name": undefined }, event_name: "claude_code.api_request", body: undefined },
    ],
    ["the body alone", { attributes: { "event.name": undefined } }],
  ])("is known by %s", (_place, { attributes, ...members }) => {
    const record = changed(withAttributes(call, (attributes ?? {}) as Json), members);
    expect(eventsOf(record, context())[0]?.kind).toBe("response");
  });

  test.each<[string, Json, string | null]>([
    ["millionths before the double", {}, "0.036905"],
    ["the double where there are no millionths", { cost_usd_micros: undefined }, "0.03690475"],
    ["text of an older version", { cost_usd_micros: undefined, cost_usd: "0.0123" }, "0.0123"],
    ["0 is not known", { cost_usd_micros: 0, cost_usd: 0 }, null],
    ["none", { cost_usd_micros: undefined, cost_usd: undefined }, null],
  ])("its estimate: %s", (_what, changes, amount) => {
    expect(dataOf(withAttributes(call, changes)).gateway_cost?.amount ?? null).toBe(amount);
  });

  test.each<[string, Json, Json]>([
    ["fast mode", { speed: "fast" }, { speed: "fast", usage_quality: "final" }],
    ["normal speed", { speed: "normal" }, { speed: "standard", usage_quality: "final" }],
    ["a speed without a name of ours", { speed: "warp" }, { speed: null, usage_quality: "estimated" }],
    ["Bedrock by the model", { model: "eu.anthropic.claude-opus-5-v1:0" }, { platform: "bedrock" }],
    [
      "a profile's ARN",
      { model: "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc" },
      { platform: "bedrock", region: "eu-central-1" },
    ],
    ["Vertex by the model", { model: "claude-opus-5@20260724" }, { platform: "vertex" }],
    ["a compaction", { query_source: "compact" }, { internal_origin: "compact" }],
    ["an auxiliary call", { query_source: "auxiliary" }, { internal_origin: "auxiliary" }],
    ["a title", { query_source: "generate_session_title" }, { internal_origin: "generate_session_title" }],
    ["a turn of the conversation", {}, { internal_origin: null }],
    ["a turn through the SDK", { query_source: "sdk" }, { internal_origin: null }],
    ["a turn in a style", { query_source: "repl_main_thread:outputStyle:x" }, { internal_origin: null }],
    ["a sub-agent by its kind", { query_source: "agent:builtin:plan" }, { internal_origin: null }],
    [
      "a sub-agent by its bare name",
      { query_source: "reviewer", "agent.name": "reviewer" },
      { internal_origin: null, agent: "reviewer" },
    ],
    ["a sub-agent", { "agent.name": "general-purpose" }, { agent: "general-purpose" }],
    ["no answer's tokens", { output_tokens: undefined }, { usage_quality: "provisional" }],
  ])("%s", (_what, changes, expected) => {
    expect(dataOf(withAttributes(call, changes))).toMatchObject(expected);
  });

  test("the platform is the source's where the model's name tells nothing", () => {
    expect(dataOf(call, { platform: "foundry" }).platform).toBe("foundry");
    expect(
      dataOf(withAttributes(call, { model: "us.anthropic.claude-opus-5-v1:0" }), { platform: "foundry" })
        .platform,
    ).toBe("bedrock");
  });

  test.each<[string, Json, string]>([
    ["negative tokens", { input_tokens: -1 }, "bad_number"],
    ["half a token", { output_tokens: 1.5 }, "bad_number"],
    ["a cost that is none", { cost_usd_micros: "much" }, "bad_number"],
    ["a time that is none", { "event.timestamp": "yesterday" }, "bad_time"],
  ])("%s make a reject", (_what, changes, reason) => {
    expect(reasonOf(withAttributes(call, changes), context())).toBe(reason);
  });

  test("a source that says its input holds cached tokens is held to it", () => {
    expect(reasonOf(call, context({ input_includes_cache: true }))).toBe("meters_contradict");
  });
});

describe("versions", () => {
  test("numbers were text before 2.1.122", () => {
    expect(dataOf(older)).toMatchObject({
      started_at: "2026-05-04T08:15:28.000Z",
      gateway_cost: { amount: "0.0123" },
      meters: { input_tokens: 10, cache_read_tokens: 20_000, cache_write_tokens: 1000, output_tokens: 200 },
    });
  });

  test.each<[string | undefined, string]>([
    ["2.1.213", "estimated"],
    ["2.1.214", "final"],
    ["2.2.0", "final"],
    ["3.0.0", "final"],
    ["1.9.999", "estimated"],
    ["2.1.99-beta.1", "estimated"],
    [undefined, "final"],
    ["dev", "final"],
  ])("streams were counted twice before 2.1.214: %s is %s", (version, quality) => {
    const resource = { ...(call["resource"] as Json), "service.version": version };
    expect(dataOf({ ...call, resource }).usage_quality).toBe(quality);
  });

  test("the version may be an attribute, or the source's", () => {
    const { "service.version": _gone, ...resource } = call["resource"] as Json;
    const bare = { ...call, resource };
    expect(dataOf(withAttributes(bare, { "app.version": "2.1.1" })).usage_quality).toBe("estimated");
    expect(dataOf(bare, { gateway_version: "2.1.2" })).toMatchObject({
      usage_quality: "estimated",
      client: "claude-code/2.1.2",
    });
    expect(dataOf(bare)).toMatchObject({ usage_quality: "final", client: "claude-code" });
  });
});

describe("an api_error", () => {
  test("is one failed call, whose number is that of the attempts, and costs nothing", () => {
    expect(dataOf(failed)).toMatchObject({
      outcome: "error",
      http_status: 529,
      error_code: "529",
      attempt: 11,
      started_at: "2026-11-19T10:00:04.000Z",
      ended_at: "2026-11-19T10:00:41.000Z",
      usage_quality: "missing",
      agent: "general-purpose",
    });
    expect(rated(failed)).toBe("0 rated not_billed");
  });

  test("without a status there was no connection", () => {
    const record = withAttributes(failed, { status_code: undefined, request_id: undefined });
    expect(dataOf(record)).toMatchObject({ outcome: "error", http_status: null, error_code: null });
  });
});
