import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "litellm" });

describe("a row of SpendLogs", () => {
  test("has JSON in strings and Python's None", () => {
    expect(eventOf(fixture("litellm-spend-logs"), context).data).toMatchObject({
      call_id: "chatcmpl-TrailFixture0010",
      started_at: "2026-11-19T09:20:46.847Z",
      team: "team-search",
      user: "noor@shop.example",
      attempt: 3,
      internal_origin: "auto_router",
      tags: ["a", "team:x"],
      outcome: "success",
      session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      session_id_source: "gateway",
      meters: { input_tokens: 10, output_tokens: 20 },
      gateway_cost: { amount: "0.000225", currency: "USD" },
    });
  });

  test("from CSV has nothing but text", () => {
    expect(eventOf(fixture("litellm-spend-logs-csv"), context).data).toMatchObject({
      started_at: "2026-11-19T09:20:46.847Z",
      ended_at: "2026-11-19T09:20:48.852Z",
      platform: "anthropic-api",
      api_format: "anthropic_messages",
      model_requested: "claude-opus",
      attempt: 1,
      agent: "agent-41c0",
      organization: null,
      client: "claude-cli/2.1.240",
      outcome: "success",
      meters: { input_tokens: 10, cache_read_tokens: 8000, cache_write_tokens: 1330, output_tokens: 80 },
      gateway_cost: { amount: "0.000225" },
    });
  });

  test("of a failure has its error in the metadata", () => {
    expect(eventOf(fixture("litellm-spend-logs-failure"), context).data).toMatchObject({
      outcome: "blocked",
      http_status: 429,
      error_type: "BudgetExceededError",
      tags: ["nightly"],
      provider_message_id: null,
      usage_quality: "missing",
      gateway_cost: null,
    });
  });

  const row = fixture("litellm-spend-logs-csv");
  test.each<[string, Json, Json]>([
    [
      "a hit of the cache",
      { cache_hit: "True" },
      { outcome: "cached", gateway_cost: { amount: "0.000225" } },
    ],
    ["no status at all", { status: "" }, { outcome: "success" }],
    [
      "no figures at all",
      { prompt_tokens: "", completion_tokens: "", total_tokens: "", spend: "", metadata: "{}" },
      { usage_quality: "missing", gateway_cost: null },
    ],
    ["metadata that is null", { metadata: "null" }, { user: "noor@shop.example", team: "team-search" }],
    ["metadata that was dumped twice", { metadata: JSON.stringify(String(row["metadata"])) }, { attempt: 1 }],
    ["tags that are none", { request_tags: "" }, { tags: [] }],
    [
      "a tool over MCP",
      { mcp_namespaced_tool_name: "orders-list_orders" },
      { operation: "mcp", api_format: "mcp" },
    ],
    [
      "a time with Postgres' zone",
      { startTime: "2026-11-19 09:20:46.847+00" },
      { started_at: "2026-11-19T09:20:46.847Z" },
    ],
    ["Postgres' mark of nothing", { team_id: "\\N", api_key: "\\N" }, { team: null, api_key: null }],
  ])("%s", (_, changes, expected) => {
    expect(eventOf(changed(row, changes), context).data).toMatchObject(expected);
  });

  test("is one event, imported again or posted again", () => {
    const at = (offset: bigint) => eventOf(row, contextOf({ gateway: "litellm" }, {}, { offset })).eventId;
    expect(at(1n)).toBe(at(2n));
  });

  test("with figures that are no numbers is refused", () => {
    expect(reasonOf(changed(row, { spend: "free" }), context)).toBe("bad_number");
    expect(reasonOf(changed(row, { prompt_tokens: "many" }), context)).toBe("bad_number");
  });
});
