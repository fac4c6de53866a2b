import { describe, expect, test } from "vitest";
import { becomes, context, dataOf, named, withAttributes } from "#test/gateways/otel-genai/support.ts";
import { type Json, reasonOf } from "#test/gateways/support.ts";

describe("the Vercel AI SDK", () => {
  const span = named("vercel-ai-sdk");

  test("is known by its scope, and without cached tokens an estimate", () => {
    expect(dataOf(span)).toMatchObject({
      platform: "anthropic-api",
      model: "claude-opus-5",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      end_user: "noor@shop.example",
      first_token_at: "2026-11-19T10:00:02.708Z",
      stop_reason: "stop",
      usage_quality: "estimated",
      meters: { input_tokens: 500, cache_read_tokens: null, output_tokens: 80 },
    });
  });

  test("with cached tokens its version decides, so the source has to say it", () => {
    const five = withAttributes(span, { "ai.usage.cachedInputTokens": 200 });
    expect(reasonOf(five, context())).toBe("usage_unreadable");
    // Version 5 says nothing of writes.
    expect(dataOf(five, { input_includes_cache: false })).toMatchObject({
      usage_quality: "estimated",
      meters: { input_tokens: 500, cache_read_tokens: 200, cache_write_tokens: null },
    });
    const six = withAttributes(span, {
      "ai.usage.inputTokenDetails.noCacheTokens": 100,
      "ai.usage.inputTokenDetails.cacheReadTokens": 300,
      "ai.usage.inputTokenDetails.cacheWriteTokens": 100,
      "ai.usage.outputTokenDetails.reasoningTokens": 30,
    });
    expect(dataOf(six, { input_includes_cache: true })).toMatchObject({
      usage_quality: "final",
      meters: { input_tokens: 100, cache_read_tokens: 300, cache_write_tokens: 100, thinking_tokens: 30 },
    });
  });

  test("its span around several steps repeats them, and is nothing", () => {
    const names = Object.keys(span["attributes"] as Json).filter((name) => name.startsWith("gen_ai."));
    const outer = withAttributes(span, Object.fromEntries(names.map((name) => [name, undefined])));
    expect(becomes({ ...outer, name: "ai.streamText" })).toBe("nothing");
  });
});

describe("thinking that is counted apart from the output", () => {
  const gemini = (usage: Json) =>
    withAttributes(named("inference-details"), {
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.usage.input_tokens": 700,
      "gen_ai.usage.output_tokens": 80,
      "gen_ai.usage.cache_read.input_tokens": 200,
      "gen_ai.usage.reasoning.output_tokens": 500,
      ...usage,
    });

  test("is added where the total says so", () => {
    expect(dataOf(gemini({ "gen_ai.usage.total_tokens": 1280 })).meters).toMatchObject({
      input_tokens: 500,
      output_tokens: 580,
      thinking_tokens: 500,
    });
  });

  test("is not where the total says that the output holds it", () => {
    const inside = gemini({ "gen_ai.usage.output_tokens": 580, "gen_ai.usage.total_tokens": 1280 });
    expect(dataOf(inside).meters).toMatchObject({ output_tokens: 580, thinking_tokens: 500 });
  });

  test("is a reject where it is more than the output and no total tells", () => {
    expect(reasonOf(gemini({ "gen_ai.usage.total_tokens": undefined }), context())).toBe("meters_contradict");
    expect(reasonOf(gemini({ "gen_ai.usage.total_tokens": 1281 }), context())).toBe("meters_contradict");
  });
});
