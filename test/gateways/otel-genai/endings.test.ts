import { describe, expect, test } from "vitest";
import { becomes, dataOf, named, rated, withAttributes } from "#test/gateways/otel-genai/support.ts";
import type { Json } from "#test/gateways/support.ts";

const call = named("semconv");
const ended = (attributes: Json) => dataOf(withAttributes(call, attributes));

describe("how a response ended", () => {
  test.each<[string, string, string]>([
    ["completed", "success", "final"],
    ["incomplete", "success", "final"],
    ["in_progress", "success", "provisional"],
    ["queued", "success", "provisional"],
    ["failed", "error", "provisional"],
    ["cancelled", "aborted", "provisional"],
  ])("its status %s is %s, its usage %s", (status, outcome, usage_quality) => {
    expect(ended({ "gen_ai.response.status": status })).toMatchObject({ outcome, usage_quality });
  });

  test("a finish reason of error: it broke off, and what it used till then was billed", () => {
    const broken = { "gen_ai.response.finish_reasons": ["error"] };
    expect(ended(broken)).toMatchObject({ outcome: "error", usage_quality: "provisional" });
    expect(rated(withAttributes(call, broken))).toMatch(/^0\.03690475 /);
  });

  test.each<[string, unknown]>([
    ["a list", ["max_tokens", "end_turn"]],
    ["JSON in a text", '["max_tokens"]'],
    ["Python in a text", "['max_tokens']"],
    ["text", "max_tokens"],
  ])("why it stopped, as %s", (_form, reasons) => {
    expect(ended({ "gen_ai.response.finish_reasons": reasons }).stop_reason).toBe("max_tokens");
  });

  test("the time to its first chunk, also as text", () => {
    const text = { "gen_ai.response.time_to_first_chunk": "2.583" };
    expect(ended(text).first_token_at).toBe("2026-11-19T10:00:02.708Z");
    expect(ended({ "gen_ai.response.time_to_first_chunk": "soon" }).first_token_at).toBeNull();
  });
});

test.each(["fetch_response", "handoff", "search_memory", "upsert_memory", "create_memory_store"])(
  "%s states tokens of other calls, and is none",
  (operation) => {
    expect(becomes(withAttributes(call, { "gen_ai.operation.name": operation }))).toBe(`audit: ${operation}`);
  },
);
