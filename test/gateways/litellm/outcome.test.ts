import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "litellm" });
const dataOf = (name: string, changes: Json = {}) => eventOf(changed(fixture(name), changes), context).data;

describe("how a call ended", () => {
  test.each<[string, Json]>([
    ["litellm-claude-code", { outcome: "success", http_status: null }],
    [
      "litellm-rate-limited",
      {
        outcome: "error",
        http_status: 429,
        error_type: "RateLimitError",
        error_code: "429",
        usage_quality: "missing",
        gateway_cost: null,
        provider_message_id: null,
      },
    ],
    ["litellm-over-budget", { outcome: "blocked", http_status: 429, error_type: "BudgetExceededError" }],
    ["litellm-client-gone", { outcome: "aborted", http_status: 499, usage_quality: "missing" }],
    [
      "litellm-broken-stream",
      {
        outcome: "aborted",
        http_status: 500,
        usage_quality: "provisional",
        meters: { output_tokens: 1, cache_read_tokens: 8000 },
      },
    ],
    [
      "litellm-cached-reply",
      {
        outcome: "cached",
        usage_quality: "final",
        meters: { input_tokens: 0, output_tokens: 0 },
        gateway_cost: { amount: "0" },
      },
    ],
  ])("%s", (name, expected) => {
    expect(dataOf(name)).toMatchObject(expected);
  });

  test.each<[string, Json, string]>([
    [
      "LiteLLM's own rate limit",
      { "error_information.error_rate_limit_category": "litellm_rate_limit" },
      "blocked",
    ],
    ["too many iterations", { "error_information.error_rate_limit_type": "max_iterations" }, "blocked"],
    ["a guardrail that stepped in", { "status_fields.guardrail_status": "guardrail_intervened" }, "blocked"],
    [
      "a task called off",
      { "error_information.error_class": "CancelledError", "error_information.error_code": "" },
      "aborted",
    ],
    ["overloaded", { "error_information.error_code": 529 }, "error"],
    ["no error information", { error_information: null }, "error"],
  ])("%s", (_, changes, outcome) => {
    expect(dataOf("litellm-rate-limited", changes).outcome).toBe(outcome);
  });

  test("a stream that the client left is a success of LiteLLM's, and no whole answer", () => {
    const left = { error_code: "499", error_class: "ClientDisconnected", error_message: "…" };
    expect(dataOf("litellm-claude-code", { error_information: left })).toMatchObject({
      outcome: "aborted",
      http_status: 499,
      usage_quality: "provisional",
    });
    expect(
      dataOf("litellm-claude-code", { error_information: { error_code: "", error_class: "" } }),
    ).toMatchObject({
      outcome: "success",
      usage_quality: "final",
    });
  });

  test("a stream that the provider broke off uncounted is not free", () => {
    const error_information = { error_code: "", error_class: "ReadError", llm_provider: "" };
    const usage_object = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    expect(
      dataOf("litellm-rate-limited", { error_information, "metadata.usage_object": usage_object }),
    ).toMatchObject({ outcome: "aborted", http_status: null, usage_quality: "missing" });
  });

  test.each([[true], ["True"], ["true"]])("cache_hit %j is a reply from the cache", (cache_hit) => {
    expect(dataOf("litellm-claude-code", { cache_hit }).outcome).toBe("cached");
  });
  test.each([[false], ["None"], [""], ["False"], [null]])("cache_hit %j is not", (cache_hit) => {
    expect(dataOf("litellm-claude-code", { cache_hit }).outcome).toBe("success");
  });
});
