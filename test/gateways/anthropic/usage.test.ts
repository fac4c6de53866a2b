import { describe, expect, test } from "vitest";
import { readAnthropicUsage } from "#gateways/anthropic/usage.ts";
import { FieldReader } from "#gateways/field-reader.ts";

/** What is read of a usage, or the reason why nothing is. */
function read(usage: unknown) {
  const fields = new FieldReader();
  const found = readAnthropicUsage(usage, fields);
  return fields.fault === null ? found : fields.fault.reason;
}

const message = (input: number, output: number, more: object = {}) => ({
  type: "message",
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  ...more,
});
const declined = (output: number) => message(535, output, { model: "claude-fable-5" });
const served = message(412, 264, { type: "fallback_message", model: "claude-opus-4-8" });
const top = (input: number, output: number, iterations: unknown, more: object = {}) => ({
  input_tokens: input,
  output_tokens: output,
  iterations,
  ...more,
});

describe("the top level", () => {
  test.each<[string, object, object]>([
    [
      "input is without cached tokens, and writes are apart by lifetime",
      {
        input_tokens: 3,
        cache_read_input_tokens: 11_367,
        cache_creation_input_tokens: 4673,
        cache_creation: { ephemeral_5m_input_tokens: 673, ephemeral_1h_input_tokens: 4000 },
        output_tokens: 80,
        output_tokens_details: { thinking_tokens: 31 },
      },
      {
        input_tokens: 3,
        cache_read_tokens: 11_367,
        cache_write_5m_tokens: 673,
        cache_write_1h_tokens: 4000,
        cache_write_tokens: 0,
        output_tokens: 80,
        thinking_tokens: 31,
      },
    ],
    [
      "a write without lifetimes",
      { input_tokens: 3, cache_creation_input_tokens: 4673, cache_creation: null, output_tokens: 8 },
      { cache_write_5m_tokens: null, cache_write_1h_tokens: null, cache_write_tokens: 4673 },
    ],
    [
      "lifetimes without a total",
      { input_tokens: 3, cache_creation: { ephemeral_1h_input_tokens: 9 }, output_tokens: 8 },
      { cache_write_5m_tokens: 0, cache_write_1h_tokens: 9, cache_write_tokens: 0 },
    ],
    [
      "null is not known, 0 is none",
      { input_tokens: 3, cache_read_input_tokens: null, cache_creation_input_tokens: 0, output_tokens: 0 },
      { cache_read_tokens: null, cache_write_tokens: 0, output_tokens: 0, web_search_requests: null },
    ],
    [
      "searches are billed, fetches are not",
      {
        input_tokens: 1,
        output_tokens: 1,
        server_tool_use: { web_search_requests: 2, web_fetch_requests: 9 },
      },
      { web_search_requests: 2, other: [] },
    ],
    ["digits as text", { input_tokens: "3", output_tokens: "80" }, { input_tokens: 3, output_tokens: 80 }],
  ])("%s", (_what, usage, meters) => {
    expect(read(usage)).toMatchObject({ meters, parts: [], quality: "final" });
  });

  test.each<[string, object, object]>([
    ["standard and fast", { service_tier: "standard", speed: "fast" }, { tier: "standard", speed: "fast" }],
    ["batch", { service_tier: "batch" }, { tier: "batch", speed: null, quality: "final" }],
    ["a tier that we do not know", { service_tier: "gold" }, { tier: null, quality: "estimated" }],
    ["pinned to the US", { inference_geo: "us" }, { geo: "us" }],
    ["nothing said of the region", { inference_geo: "not_available" }, { geo: null }],
    ["an empty region", { inference_geo: "" }, { geo: null }],
    ["a redeemed credit", { fallback_credit: { status: { type: "redeemed" } } }, { quality: "estimated" }],
    ["a credit not applied", { fallback_credit: { status: { type: "not_applied" } } }, { quality: "final" }],
  ])("%s", (_what, more, expected) => {
    expect(read({ input_tokens: 1, output_tokens: 1, ...more })).toMatchObject(expected);
  });

  test.each<[string, unknown, string]>([
    ["a sentence", "3 in, 80 out", "usage_unreadable"],
    ["a list", [3, 80], "usage_unreadable"],
    ["negative", { input_tokens: -1 }, "bad_number"],
    ["a fraction", { output_tokens: 1.5 }, "bad_number"],
    [
      "parts beyond their whole",
      { cache_creation_input_tokens: 1, cache_creation: { ephemeral_5m_input_tokens: 2 } },
      "meters_contradict",
    ],
    [
      "more thinking than output",
      { output_tokens: 1, output_tokens_details: { thinking_tokens: 2 } },
      "meters_contradict",
    ],
    ["lifetimes that are a number", { input_tokens: 1, cache_creation: 9 }, "usage_unreadable"],
    ["iterations that are an object", { input_tokens: 1, iterations: {} }, "usage_unreadable"],
    ["an iteration without a type", top(1, 1, [{ input_tokens: 1 }]), "usage_unreadable"],
  ])("%s is refused", (_what, usage, reason) => {
    expect(read(usage)).toBe(reason);
  });

  test.each([null, undefined, {}])("%j is missing", (usage) => {
    expect(read(usage)).toMatchObject({ quality: "missing", meters: { input_tokens: null } });
  });
});

describe("iterations", () => {
  test("a compaction is a part of the call's own model, which the top level leaves out", () => {
    const usage = top(23_000, 1000, [message(180_000, 3500, { type: "compaction" }), message(23_000, 1000)]);
    expect(read(usage)).toMatchObject({
      meters: { input_tokens: 23_000, output_tokens: 1000 },
      parts: [{ kind: "compaction", model: null, meters: { input_tokens: 180_000, output_tokens: 3500 } }],
      quality: "final",
    });
  });

  test("a compaction alone, before the turn is paused", () => {
    expect(read(top(0, 0, [message(180_000, 3500, { type: "compaction" })]))).toMatchObject({
      meters: { input_tokens: 0, output_tokens: 0 },
      parts: [{ kind: "compaction" }],
    });
  });

  const advice = message(823, 1612, { type: "advisor_message", model: "claude-opus-5" });
  test("the advisor's message is a part with the advisor's model; the top level may state the first input alone", () => {
    const own = [message(412, 89), advice, message(1348, 442, { cache_read_input_tokens: 412 })];
    const expected = {
      meters: { input_tokens: 1760, cache_read_tokens: 412, output_tokens: 531 },
      parts: [{ kind: "advisor_message", model: "claude-opus-5", meters: { output_tokens: 1612 } }],
    };
    const summed = { cache_read_input_tokens: 412, cache_creation_input_tokens: 0 };
    const first = { cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
    expect(read(top(412, 531, own, first))).toMatchObject(expected);
    expect(read(top(1760, 531, own, summed))).toMatchObject(expected);
    expect(read(top(1348, 531, own))).toBe("meters_contradict");
    expect(read(top(412, 442, own))).toBe("meters_contradict");
  });

  test("an advisor without a model is refused, since its rates are not the call's", () => {
    expect(read(top(1, 1, [message(1, 1), { ...advice, model: undefined }]))).toBe("usage_unreadable");
  });

  test("the lifetimes of the iterations add up", () => {
    const five = { cache_creation_input_tokens: 7, cache_creation: { ephemeral_5m_input_tokens: 7 } };
    const hour = { cache_creation_input_tokens: 9, cache_creation: { ephemeral_1h_input_tokens: 9 } };
    const usage = top(2, 2, [message(1, 1, five), message(1, 1, hour)], { cache_creation_input_tokens: 16 });
    expect(read(usage)).toMatchObject({
      meters: { cache_write_5m_tokens: 7, cache_write_1h_tokens: 9, cache_write_tokens: 0 },
    });
  });

  test.each<[string, unknown]>([
    ["none", []],
    ["null", null],
    ["a partial item, as Claude Code logs it", [{ input_tokens: 2, type: "message" }]],
  ])("%s: the top level counts", (_what, iterations) => {
    expect(read(top(2, 80, iterations))).toMatchObject({
      meters: { input_tokens: 2, output_tokens: 80 },
      parts: [],
      quality: "final",
    });
  });

  test("a top level that is not the sum of its messages is refused", () => {
    expect(read(top(3, 80, [message(3, 40), message(0, 41)]))).toBe("meters_contradict");
  });

  describe("a server-side fallback", () => {
    test("the attempt that answered is the call; a decline after output is a part of its own model", () => {
      expect(read(top(412, 264, [declined(38), served]))).toMatchObject({
        servedBy: "claude-opus-4-8",
        meters: { input_tokens: 412, output_tokens: 264 },
        parts: [
          { kind: "message", model: "claude-fable-5", meters: { input_tokens: 535, output_tokens: 38 } },
        ],
        quality: "final",
      });
    });
    test("whether a decline before any output is billed, the usage does not tell", () => {
      expect(read(top(412, 264, [declined(0), served]))).toMatchObject({
        parts: [{ meters: { input_tokens: 535, output_tokens: 0 } }],
        quality: "estimated",
      });
    });
    test("earlier steps of the model that answered belong to the call", () => {
      const step = message(100, 10, { model: "claude-opus-4-8" });
      expect(read(top(512, 274, [step, served]))).toMatchObject({
        meters: { input_tokens: 512, output_tokens: 274 },
        parts: [],
      });
    });
    test("a conversation that sticks to the fallback has no part", () => {
      expect(read(top(412, 264, [served]))).toMatchObject({ servedBy: "claude-opus-4-8", parts: [] });
    });
  });

  test("a kind that nobody documented is a part, where the figures show that the top level leaves it out", () => {
    const item = message(50, 5, { type: "reviewer_message", model: "claude-haiku-4-5" });
    expect(read(top(3, 80, [message(3, 80), item]))).toMatchObject({
      parts: [{ kind: "reviewer_message", model: "claude-haiku-4-5" }],
    });
    expect(read(top(3, 80, [item]))).toBe("usage_unreadable");
    expect(read(top(53, 85, [message(3, 80), item]))).toBe("meters_contradict");
  });
});
