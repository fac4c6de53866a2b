import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const call = fixture("litellm-claude-code");
const context = contextOf({ gateway: "litellm" });
const usage = (changes: Json, source = context) => eventOf(changed(call, changes), source).data;
const reason = (changes: Json, source = context) => reasonOf(changed(call, changes), source);
/** Only the flat figures, as LiteLLM had them before there was a usage object. */
const flat = (prompt: unknown, completion: unknown, total: unknown): Json => ({
  "metadata.usage_object": null,
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: total,
});
const withUsage = (usage_object: Json): Json => ({
  ...flat(null, null, null),
  "metadata.usage_object": usage_object,
});

describe("cached tokens", () => {
  test("prompt_tokens include them; without the lifetimes the writes are of unknown lifetime", () => {
    const object = {
      prompt_tokens: 100,
      completion_tokens: 5,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 30,
    };
    expect(usage(withUsage(object)).meters).toMatchObject({
      input_tokens: 10,
      cache_read_tokens: 60,
      cache_write_5m_tokens: null,
      cache_write_1h_tokens: null,
      cache_write_tokens: 30,
    });
  });

  test("a part of the writes has no lifetime", () => {
    const details = {
      cached_tokens: 0,
      cache_creation_tokens: 30,
      cache_creation_token_details: { ephemeral_1h_input_tokens: 20 },
    };
    expect(
      usage(withUsage({ prompt_tokens: 100, completion_tokens: 5, prompt_tokens_details: details })).meters,
    ).toMatchObject({
      input_tokens: 70,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 20,
      cache_write_tokens: 10,
    });
  });

  test("the lifetimes alone make the sum", () => {
    const object = {
      prompt_tokens: 100,
      completion_tokens: 5,
      cache_creation: { ephemeral_5m_input_tokens: 7, ephemeral_1h_input_tokens: 3 },
    };
    expect(usage(withUsage(object)).meters).toMatchObject({
      input_tokens: 90,
      cache_write_5m_tokens: 7,
      cache_write_1h_tokens: 3,
      cache_write_tokens: 0,
    });
  });

  test("the version of mid-2025 left the writes out of prompt_tokens: refused, unless the source says how it counts", () => {
    const object = {
      prompt_tokens: 8010,
      completion_tokens: 80,
      total_tokens: 8090,
      cache_read_input_tokens: 8000,
      cache_creation_input_tokens: 1330,
    };
    expect(reason(withUsage(object))).toBe("meters_contradict");
  });

  test("a source that counts them apart says so", () => {
    const apart = contextOf({ gateway: "litellm", input_includes_cache: false });
    const object = {
      prompt_tokens: 10,
      completion_tokens: 80,
      cache_read_input_tokens: 8000,
      cache_creation_input_tokens: 1330,
    };
    for (const total_tokens of [90, 9420]) {
      expect(usage(withUsage({ ...object, total_tokens }), apart).meters).toMatchObject({
        input_tokens: 10,
        cache_read_tokens: 8000,
      });
    }
    expect(reason(withUsage({ ...object, total_tokens: 91 }), apart)).toBe("meters_contradict");
  });

  test.each<[string, Json]>([
    ["more read than there was", { prompt_tokens: 10, completion_tokens: 1, cache_read_input_tokens: 11 }],
    [
      "two figures for one thing",
      {
        prompt_tokens: 10,
        completion_tokens: 1,
        cache_read_input_tokens: 5,
        prompt_tokens_details: { cached_tokens: 6 },
      },
    ],
    [
      "lifetimes beyond the sum",
      {
        prompt_tokens: 10,
        completion_tokens: 1,
        prompt_tokens_details: {
          cache_creation_tokens: 1,
          cache_creation_token_details: { ephemeral_5m_input_tokens: 2 },
        },
      },
    ],
    ["a total that is not the sum", { prompt_tokens: 10, completion_tokens: 1, total_tokens: 12 }],
    [
      "more thinking than output",
      { prompt_tokens: 10, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 2 } },
    ],
  ])("%s is a contradiction", (_, object) => {
    expect(reason(withUsage(object))).toBe("meters_contradict");
  });

  test("the flat figures have to agree, and 0 there is not filled in", () => {
    expect(reason({ prompt_tokens: 9341 })).toBe("meters_contradict");
    expect(usage({ prompt_tokens: 0, total_tokens: 0, completion_tokens: 0 }).meters.input_tokens).toBe(10);
  });
});

describe("numbers", () => {
  test.each<[string, unknown]>([
    ["negative", -1],
    ["a fraction", 12.5],
    ["1e3 as text", "1e3"],
    ["a fraction as text", "12.0"],
    ["a sign as text", "+12"],
    ["beyond 2^53", 9007199254740992],
    ["beyond 2^53 as text", "9007199254740993"],
    ["true", true],
    ["a list", [1]],
  ])("tokens that are %s are bad_number", (_, value) => {
    expect(reason(flat(value, 1, null))).toBe("bad_number");
    expect(reason(withUsage({ prompt_tokens: 10, completion_tokens: value }))).toBe("bad_number");
  });

  test.each<[unknown, number]>([
    ["12", 12],
    [12, 12],
    [1e3, 1000],
    ["007", 7],
    [9007199254740991, 9007199254740991],
  ])("tokens of %j are %i", (value, count) => {
    expect(usage(flat(value, 0, null)).meters.input_tokens).toBe(count);
  });

  test("missing and null are unknown, not 0", () => {
    expect(usage(withUsage({ prompt_tokens: 10 })).meters).toMatchObject({
      input_tokens: 10,
      output_tokens: null,
      cache_read_tokens: null,
    });
    expect(usage(flat(null, null, null))).toMatchObject({
      usage_quality: "missing",
      meters: { input_tokens: null },
    });
    expect(usage(flat(0, 0, 0))).toMatchObject({ usage_quality: "missing", meters: { input_tokens: null } });
  });

  test("all zeros are filled in where nothing was counted, and no free call", () => {
    const zeros = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    const uncounted = { ...zeros, "metadata.usage_object": zeros, "hidden_params.usage_object": null };
    expect(usage(uncounted)).toMatchObject({
      outcome: "success",
      usage_quality: "missing",
      meters: { input_tokens: null, output_tokens: null },
    });
  });

  test("a usage that is a sentence, or says input_tokens alone, cannot be read", () => {
    expect(reason({ "metadata.usage_object": "no usage" })).toBe("usage_unreadable");
    expect(reason(withUsage({ input_tokens: 5, output_tokens: 2 }))).toBe("usage_unreadable");
  });

  test("a long prompt of Claude without a usage object may have been cached: an estimate", () => {
    expect(usage(flat(50_000, 10, 50_010))).toMatchObject({
      usage_quality: "estimated",
      meters: { input_tokens: 50_000 },
    });
    expect(usage(flat(1_000, 10, 1_010)).usage_quality).toBe("final");
  });
});

describe("the gateway's cost", () => {
  test.each<[unknown, string | null]>([
    [0, null],
    [-0, null],
    ["0.0", null],
    [null, null],
    [1e-12, "0.000000000001"],
    [1e12, "1000000000000"],
    ["0.05", "0.05"],
    [0.30000000000000004, "0.3"],
    [0.12345678901, "0.12345678901"],
  ])("of %j is %j", (value, amount) => {
    expect(usage({ response_cost: value }).gateway_cost?.amount ?? null).toBe(amount);
  });

  test.each<[unknown]>([[-0.01], ["NaN"], ["free"], [true], [""], [{ usd: 1 }], ["1e400"]])(
    "of %j is bad_number",
    (value) => {
      expect(reason({ response_cost: value })).toBe("bad_number");
    },
  );

  test("stands beside no tokens at all", () => {
    expect(usage({ ...flat(0, 0, 0), response_cost: 0.04, call_type: "aimage_generation" })).toMatchObject({
      operation: "image",
      gateway_cost: { amount: "0.04" },
    });
  });
});
