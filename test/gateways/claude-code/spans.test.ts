import { describe, expect, test } from "vitest";
import { context, dataOf, withAttributes } from "#test/gateways/claude-code/support.ts";
import { eventOf, eventsOf, fixture, type Json } from "#test/gateways/support.ts";

const call = fixture("claude-code-api-request");
const span = fixture("claude-code-llm-request-span");

describe("an llm_request span", () => {
  test("says what its log record says, and its first token", () => {
    expect(dataOf(span)).toMatchObject({
      provider_request_id: "req_011TrailClaudeCode",
      agent: "a41c2e",
      parent_agent: "root",
      http_status: 200,
      stop_reason: "tool_use",
      attempt: 1,
      started_at: "2026-11-19T10:00:00.125Z",
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.475Z",
    });
    expect(dataOf(span).meters).toEqual(dataOf(call).meters);
  });

  test("is the same event as its log record", () => {
    expect(eventOf(span, context()).eventId).toBe(eventOf(call, context()).eventId);
  });

  test("that names no request is no call: its log record could not be told from it", () => {
    const nameless = withAttributes(span, { request_id: undefined, "gen_ai.response.id": undefined });
    expect(eventsOf(nameless, context())[0]).toMatchObject({
      kind: "audit",
      data: { action: "llm_request" },
    });
  });

  test("whose attempts failed before tells no first token", () => {
    expect(dataOf(withAttributes(span, { attempt: 2 })).first_token_at).toBeNull();
  });

  test.each<[string, Json, Json]>([
    ["success", { success: false, status_code: 500 }, {}],
    ["success as text", { success: "false", status_code: "500" }, {}],
    ["its status", { success: undefined, status_code: 500 }, { status: { code: 2 } }],
  ])("failed by %s", (_what, attributes, members) => {
    expect(dataOf({ ...withAttributes(span, attributes), ...members })).toMatchObject({
      outcome: "error",
      http_status: 500,
    });
  });
});
