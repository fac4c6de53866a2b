import { describe, expect, test } from "vitest";
import { changed, contextOf, eventsOf, fixture, type Json } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "kong" });
const record = fixture("kong-mcp-audit");
const auditsOf = (changes: Json = {}) =>
  eventsOf(changed(record, changes), context).filter(({ kind }) => kind === "audit");
const mcp = (block: Json): Json => ({ ai: { mcp: block } });

describe("tools over MCP", () => {
  test("are the request's own event, its access decisions and its calls", () => {
    const events = eventsOf(record, context);
    expect(events.map(({ kind, data }) => [kind, "action" in data ? data.action : data.operation])).toEqual([
      ["response", "mcp"],
      ["audit", "mcp.allow"],
      ["audit", "mcp.deny"],
      ["audit", "tools/call"],
      ["audit", "tools/call"],
    ]);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(5);
    expect(events.map(({ identityQuality }) => identityQuality)).toEqual(Array(5).fill("vendor"));
    expect(
      eventsOf(record, contextOf({ gateway: "kong" }, {}, { offset: 9n })).map(({ eventId }) => eventId),
    ).toEqual(events.map(({ eventId }) => eventId));
  });

  test("say which tool, whose decision and how it ended", () => {
    expect(auditsOf().map(({ data }) => data)).toMatchObject([
      {
        target_type: "tool",
        target_id: "list_orders",
        outcome: "success",
        details: { scope: "primitive", by: "consumer_group", mcp_session: "mcp-5f0c" },
      },
      { target_type: "tool", target_id: "drop_orders", outcome: "blocked" },
      { target_id: "list_orders", details: { rpc_id: "2", latency_ms: "6", response_bytes: "5030" } },
      { target_id: "cancel_order", outcome: "error", error_type: "mcp_error" },
    ]);
    expect(auditsOf()[0]?.data).toMatchObject({
      gateway: "kong",
      team: "search",
      user: "noor@shop.example",
      session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      operation: "mcp",
      platform: null,
      model: null,
      started_at: "2026-11-19T10:00:00.125Z",
    });
    expect(
      JSON.stringify(auditsOf().map(({ data }) => ("details" in data ? data.details : {}))),
    ).not.toContain("noor");
  });

  test("that are denied block the request, whatever its status", () => {
    const outcome = (block: Json) => {
      const [event] = eventsOf(changed(record, mcp(block)), context);
      return event?.kind === "response" ? event.data.outcome : null;
    };
    expect(outcome({ audit: [{ action: "deny", primitive: "tool" }] })).toBe("blocked");
    expect(outcome({ audit: [{ action: "allow", primitive: "tool" }] })).toBe("success");
    expect(outcome({})).toBe("success");
  });

  test.each<[string, Json, unknown[]]>([
    ["no list of calls", { rpc: "none", audit: {} }, []],
    ["a call without a method", { rpc: [{ id: "1" }] }, []],
    [
      "a list of tools, of which no single one is meant",
      { rpc: [{ method: "tools/list" }] },
      [{ action: "tools/list", target_type: null, target_id: null }],
    ],
    [
      "an error that is an object",
      { rpc: [{ method: "tools/call", error: { code: 1 } }] },
      [{ outcome: "error" }],
    ],
    [
      "an error that is none",
      { rpc: [{ method: "tools/call", error: "" }] },
      [{ outcome: "success", error_type: null }],
    ],
    ["a decision of tomorrow", { audit: [{ action: "ask" }] }, [{ action: "mcp.ask", outcome: null }]],
    ["one entry that is no object", { rpc: [7] }, []],
  ])("%s", (_, block, expected) => {
    expect(auditsOf(mcp(block)).map(({ data }) => data)).toMatchObject(expected);
  });

  test("in numbers that only a client would send are told up to a limit", () => {
    const rpc = Array.from({ length: 5000 }, (_, id) => ({ method: "tools/call", id }));
    expect(auditsOf(mcp({ rpc }))).toHaveLength(256);
  });
});
