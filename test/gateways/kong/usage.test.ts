import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const call = fixture("kong-claude-code");
const versioned = (gateway_version: string | null, input_includes_cache: boolean | null = null) =>
  contextOf({ gateway: "kong", gateway_version, input_includes_cache });
/** A Claude call of which Kong states 10 uncached and 8,000 cached tokens, under either counting. */
const exclusive: Json = {
  "ai.proxy.usage.prompt_tokens": 10,
  "ai.proxy.usage.total_tokens": 90,
  "ai.proxy.usage.prompt_tokens_details": { cached_tokens: 8000 },
};
const inclusive: Json = {
  ...exclusive,
  "ai.proxy.usage.prompt_tokens": 8010,
  "ai.proxy.usage.total_tokens": 8090,
};
const noVersion: Json = { "response.headers": {} };

const metersOf = (changes: Json, source: ReturnType<typeof contextOf>) =>
  eventOf(changed(call, changes), source).data.meters;
const reason = (changes: Json, source = contextOf({ gateway: "kong" })) =>
  reasonOf(changed(call, changes), source);

describe("the switch from apart to inside", () => {
  test.each([
    ["3.8.0.0", "apart"],
    ["3.13.0.9", "apart"],
    ["3.14.0.7", "apart"],
    ["3.14.0.8", "inside"],
    ["3.14.0.13", "inside"],
    ["3.14.1", "inside"],
    ["3.15.0.0", "apart"],
    ["3.15.0.3", "apart"],
    ["3.15.0.4", "inside"],
    ["3.16.0.0", "inside"],
    ["4.0.0.0", "inside"],
    ["v3.15.0.4-enterprise-edition", "inside"],
  ])("Kong %s counts cached tokens %s", (version, counting) => {
    const stated = counting === "inside" ? inclusive : exclusive;
    expect(metersOf(stated, versioned(version))).toMatchObject({ input_tokens: 10, cache_read_tokens: 8000 });
  });

  test("the response's headers say the version, the source's word counts more", () => {
    const headers = (value: Json) => ({ ...exclusive, "response.headers": value });
    const unset = versioned(null);
    expect(metersOf(headers({ Via: "1.1 kong/3.8.0.0-enterprise-edition" }), unset).input_tokens).toBe(10);
    expect(metersOf(headers({ server: "kong/3.9.1" }), unset).input_tokens).toBe(10);
    expect(reason(headers({ via: "1.1 kong/3.8.0.0" }), versioned("3.16.0.0"))).toBe("meters_contradict");
  });

  test("a declared counting beats the version", () => {
    expect(metersOf(exclusive, versioned("3.16.0.0", false)).input_tokens).toBe(10);
    expect(metersOf(inclusive, versioned("3.8.0.0", true)).input_tokens).toBe(10);
  });

  test.each([[null], ["3.14"], ["3.15.0"], ["latest"]])(
    "with cached tokens and version %j nothing is guessed",
    (version) => {
      expect(reason({ ...exclusive, ...noVersion }, versioned(version))).toBe("usage_unreadable");
    },
  );

  test("without cached tokens both countings agree", () => {
    const none = { ...noVersion, "ai.proxy.usage.prompt_tokens_details": { cached_tokens: 0 } };
    expect(metersOf(none, versioned(null))).toMatchObject({ input_tokens: 9340, cache_read_tokens: 0 });
    expect(
      metersOf({ ...none, "ai.proxy.usage.prompt_tokens_details": undefined }, versioned(null)).input_tokens,
    ).toBe(9340);
  });

  test.each(["openai", "azure"])("%s's own figures include cached tokens in every version", (provider) => {
    const changes = {
      ...inclusive,
      ...noVersion,
      "ai.proxy.meta": { provider_name: provider, response_model: "gpt-4o" },
    };
    expect(metersOf(changes, versioned("3.8.0.0"))).toMatchObject({
      input_tokens: 10,
      cache_read_tokens: 8000,
    });
  });

  test("of a provider whose counting is not known nothing is guessed", () => {
    const changes = {
      ...inclusive,
      "ai.proxy.meta": { provider_name: "bedrock", response_model: "amazon.nova-pro-v1:0" },
    };
    expect(reason(changes, versioned("3.15.0.4"))).toBe("usage_unreadable");
  });
});

describe("the names of the figures", () => {
  const named = (usage: Json, meta: Json = {}) =>
    eventOf(
      changed(call, {
        "ai.proxy.usage": usage,
        "ai.proxy.meta": { provider_name: "openai", response_model: "gpt-4o", ...meta },
      }),
      versioned("3.15.0.4"),
    ).data;
  test("of the Responses API are read, with cached tokens inside", () => {
    expect(eventOf(fixture("kong-openai-responses"), versioned(null)).data).toMatchObject({
      api_format: "openai_responses",
      usage_quality: "final",
      meters: { input_tokens: 176, cache_read_tokens: 1024, output_tokens: 300, thinking_tokens: 128 },
      gateway_cost: null,
    });
  });
  test("up to 3.7 are in the singular", () => {
    expect(named({ prompt_token: 28, completion_token: 20, total_tokens: 48 })).toMatchObject({
      usage_quality: "final",
      meters: { input_tokens: 28, output_tokens: 20 },
    });
  });
  test("Anthropic's input_tokens may stand beside the prompt's", () => {
    const usage = {
      prompt_tokens: 9340,
      input_tokens: 10,
      output_tokens: 80,
      completion_tokens: 80,
      cache_read_input_tokens: 8000,
      cache_creation_input_tokens: 1330,
    };
    expect(named(usage, { provider_name: "anthropic" }).meters.input_tokens).toBe(10);
    expect(reason({ "ai.proxy.usage": { ...usage, input_tokens: 11 } })).toBe("meters_contradict");
    expect(reason({ "ai.proxy.usage": { ...usage, output_tokens: 81 } })).toBe("meters_contradict");
  });
  test("zeros are what Kong writes where it counted nothing", () => {
    expect(named({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 })).toMatchObject({
      usage_quality: "missing",
      meters: { input_tokens: null, output_tokens: null },
    });
  });
  test("audio has another price: an estimate", () => {
    expect(
      named({ prompt_tokens: 10, completion_tokens: 5, completion_tokens_details: { audio_tokens: 4 } })
        .usage_quality,
    ).toBe("estimated");
  });
});

describe("how far the figures can be trusted", () => {
  const plain: Json = { ...inclusive, "ai.proxy.usage.prompt_tokens_details": {} };
  const oneshot: Json = { ...plain, "ai.proxy.meta.request_mode": "oneshot" };
  const gemini: Json = {
    ...plain,
    "ai.proxy.meta": { provider_name: "gemini", response_model: "gemini-2.5-pro", request_mode: "stream" },
  };
  const qualityOf = (changes: Json, version: string | null) =>
    eventOf(changed(call, changes), versioned(version)).data.usage_quality;
  test.each<[string, Json, string | null, string]>([
    ["writes are told apart", {}, "3.15.0.4", "final"],
    ["writes hide among the uncached", inclusive, "3.15.0.4", "estimated"],
    ["writes are lost", exclusive, "3.13.0.0", "estimated"],
    [
      "a stream of a version that counts them too high",
      { ...inclusive, "ai.proxy.usage.prompt_tokens_details": {} },
      "3.14.0.12",
      "estimated",
    ],
    [
      "no stream",
      { ...inclusive, "ai.proxy.usage.prompt_tokens_details": {}, "ai.proxy.meta.request_mode": "oneshot" },
      "3.14.0.12",
      "final",
    ],
    [
      "the first version that counts streams right",
      { ...inclusive, "ai.proxy.usage.prompt_tokens_details": {} },
      "3.14.0.13",
      "final",
    ],
    [
      "compaction before it was counted",
      { ...oneshot, "request.headers": { "anthropic-beta": "claude-code-20250219,compact-2026-01-12" } },
      "3.14.0.12",
      "estimated",
    ],
    [
      "compaction since it is counted",
      { ...oneshot, "request.headers": { "anthropic-beta": "compact-2026-01-12" } },
      "3.15.0.4",
      "final",
    ],
    ["a stream of Gemini's, counted too high", gemini, "3.14.0.12", "estimated"],
    ["a stream of Gemini's since then", gemini, "3.14.0.13", "final"],
    ["a stream of a version that says too little", { ...plain, ...noVersion }, "3.14", "estimated"],
    ["a stream of a version that nothing says", { ...plain, ...noVersion }, null, "estimated"],
    ["no stream of a version that nothing says", { ...oneshot, ...noVersion }, null, "final"],
    ["an unknown tier", { "ai.proxy.usage.service_tier": "scale" }, "3.15.0.4", "estimated"],
  ])("%s", (_, changes, version, quality) => {
    expect(qualityOf(changes, version)).toBe(quality);
  });
});

describe("numbers", () => {
  test.each([[-1], [1.5], ["1e3"], [2 ** 53], [false], [{}]])("prompt_tokens %j is bad_number", (value) => {
    expect(reason({ "ai.proxy.usage.prompt_tokens": value })).toBe("bad_number");
  });
  test("tokens as text count", () => {
    expect(metersOf({ "ai.proxy.usage.prompt_tokens": "9340" }, versioned(null)).input_tokens).toBe(10);
  });
  test.each<[string, Json, string]>([
    ["a cost below zero", { "ai.proxy.usage.cost": -1 }, "bad_number"],
    ["a cost that is no number", { "ai.proxy.usage.cost": "free" }, "bad_number"],
    ["a total that is not the sum", { "ai.proxy.usage.total_tokens": 1 }, "meters_contradict"],
    [
      "more cached than there was",
      { "ai.proxy.usage.prompt_tokens": 7, "ai.proxy.usage.total_tokens": 87 },
      "meters_contradict",
    ],
    [
      "more thinking than output",
      { "ai.proxy.usage.completion_tokens_details": { reasoning_tokens: 81 } },
      "meters_contradict",
    ],
    ["usage that is a list", { "ai.proxy.usage": [1] }, "usage_unreadable"],
    ["usage that is a number", { "ai.proxy.usage": 7 }, "usage_unreadable"],
  ])("%s is %s", (_, changes, expected) => {
    expect(reason(changes)).toBe(expected);
  });
  test("cost 0 is not configured", () => {
    expect(
      eventOf(changed(call, { "ai.proxy.usage.cost": 0 }), versioned(null)).data.gateway_cost,
    ).toBeNull();
  });
});
