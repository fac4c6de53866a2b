import { describe, expect, test } from "vitest";
import { formatMoney, type Money } from "#core/money.ts";
import { GATEWAYS, type Gateway, recordOf, taken } from "#test/gateways/bad-input/taken.ts";
import type { Json } from "#test/gateways/support.ts";

const OUTPUT: Readonly<Record<Gateway, string>> = {
  canonical: "data.meters.output_tokens",
  litellm: "completion_tokens",
  kong: "ai.proxy.usage.completion_tokens",
};
const NO_TOTAL: Readonly<Record<Gateway, Json>> = {
  canonical: {},
  litellm: { total_tokens: null },
  kong: {},
};
/** 1,000 tokens in at 5 USD a million and as many out at 25, in whole numbers of 1e-12 USD. */
const costOf = (output: number) => formatMoney((5_000_000_000n + 25_000_000n * BigInt(output)) as Money);

describe("tokens out", () => {
  type Expected = number | string;
  const same = (expected: Expected) => ({ canonical: expected, litellm: expected, kong: expected });
  /** The contract knows numbers only; gateways are known to write digits in quotes. */
  const asText = (count: Expected) => ({ canonical: "bad_number", litellm: count, kong: count });
  test.each<[string, string, Record<Gateway, Expected>]>([
    ["negative", "-1", same("bad_number")],
    ["float", "12.5", same("bad_number")],
    ["a float that is whole", "12.0", same(12)],
    ["string", '"12"', asText(12)],
    ["an empty string", '""', same("bad_number")],
    ["1e3", "1e3", same(1000)],
    ["1e3 in a string", '"1e3"', same("bad_number")],
    ["2^53 - 1", "9007199254740991", same(9007199254740991)],
    ["2^53", "9007199254740992", same("bad_number")],
    ["> 2^53, which a double rounds to an even one", "9007199254740993", same("bad_number")],
    ["> 2^53 in a string", '"9007199254740993"', same("bad_number")],
    ["more than a double holds", "1e400", same("bad_number")],
    ["minus zero", "-0", same(0)],
    ["true", "true", same("bad_number")],
    ["a list", "[12]", same("bad_number")],
  ])("%s", (_entry, literal, expected) => {
    for (const gateway of GATEWAYS) {
      const record = recordOf(gateway, NO_TOTAL[gateway], { [OUTPUT[gateway]]: literal });
      const { is, output_tokens, cost_usd } = taken(gateway, record);
      const due = expected[gateway];
      if (typeof due === "string") expect([gateway, is]).toEqual([gateway, due]);
      // As the insert writes it: JSON has no minus zero.
      else
        expect([gateway, is, JSON.stringify(output_tokens), cost_usd]).toEqual([
          gateway,
          "accepted",
          String(due),
          costOf(due),
        ]);
    }
  });

  test.each([
    ["null", null],
    ["missing", undefined],
  ])("%s is unknown and never 0", (_entry, value) => {
    for (const gateway of GATEWAYS) {
      const record = recordOf(gateway, { ...NO_TOTAL[gateway], [OUTPUT[gateway]]: value });
      // The 1,000 tokens in are what is known to have been used: a lower bound, and not a price that is exact.
      expect([gateway, taken(gateway, record)]).toEqual([
        gateway,
        expect.objectContaining({
          is: "accepted",
          output_tokens: null,
          cost_usd: "0.005",
          cost_status: "estimated",
          cost_note: "usage_partial",
        }),
      ]);
    }
  });
});

describe("parts and wholes", () => {
  const litellm = (changes: Json) => taken("litellm", recordOf("litellm", changes));
  const usage = (gateway: "litellm" | "kong", usage: Json) =>
    gateway === "kong"
      ? taken("kong", recordOf("kong", { "ai.proxy.usage": usage }), {
          source: { input_includes_cache: true },
        })
      : litellm({
          prompt_tokens: null,
          completion_tokens: null,
          total_tokens: null,
          "metadata.usage_object": usage,
        });

  test("total != sum of parts", () => {
    expect(litellm({ total_tokens: 1101 }).is).toBe("meters_contradict");
    for (const gateway of ["litellm", "kong"] as const)
      for (const total_tokens of [1099, 1101, 0, 11_000])
        expect(usage(gateway, { prompt_tokens: 1000, completion_tokens: 100, total_tokens }).is).toBe(
          "meters_contradict",
        );
    // The contract has no total: one that a sender adds is an unknown field, and those are refused.
    expect(taken("canonical", recordOf("canonical", { "data.meters.total_tokens": 1101 })).is).toBe(
      "bad_shape",
    );
  });

  test("cached > input", () => {
    for (const gateway of ["litellm", "kong"] as const) {
      const cached = (cached_tokens: number) =>
        usage(gateway, {
          prompt_tokens: 1000,
          completion_tokens: 100,
          prompt_tokens_details: { cached_tokens },
        });
      expect(cached(1001).is).toBe("meters_contradict");
      expect(cached(1000)).toMatchObject({ is: "accepted", input_tokens: 0, cache_read_tokens: 1000 });
    }
    // In the contract cached tokens are no part of input: 1,000 at 5 USD, 9,000 at 0.50, 100 at 25.
    const apart = recordOf("canonical", { "data.meters.cache_read_tokens": 9000 });
    expect(taken("canonical", apart)).toMatchObject({ is: "accepted", cost_usd: "0.012" });
    expect(taken("canonical", recordOf("canonical", { "data.meters.thinking_tokens": 101 })).is).toBe(
      "meters_contradict",
    );
  });
});
