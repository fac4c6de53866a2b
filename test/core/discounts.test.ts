import { describe, expect, test } from "vitest";
import { lessPercent } from "#core/discounts.ts";
import { ResponseData } from "#core/event-data.ts";
import { formatMoney, type Money } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { ratio, same, times } from "#test/core/ratio.ts";
import { seeded } from "#test/core/seeded.ts";

const AT = "2026-06-01T00:00:00.000Z";
const LIST = priceRow("list", { usd_per_request: { web_search_requests: "0.01" } });

interface Case {
  prices?: readonly PriceSetting[];
  discounts?: readonly DiscountSetting[];
  account?: string | null;
  at?: string;
  more?: object;
}

/** A million tokens in and none out, 5 USD by the list. */
function rated({ prices = [LIST], discounts = [], account = null, at = AT, more = {} }: Case) {
  const data = ResponseData.parse({
    gateway: "test",
    platform: "anthropic-api",
    model: "claude-opus-5",
    started_at: at,
    outcome: "success",
    meters: { input_tokens: 1_000_000, output_tokens: 0 },
    ...more,
  });
  const source = { allow_gateway_cost: false, account };
  const result = rate(createPriceBook(prices, discounts), { data, eventTimeMs: Date.parse(at), source });
  return { ...result, cost: result.cost === null ? result.note : formatMoney(result.cost) };
}

describe("which discount counts", () => {
  const own = discountRow("own", { account: "acme", percent: "30" });
  const model = discountRow("model", { model: "claude-opus-5", percent: "20" });
  const platform = discountRow("platform", { platform: "anthropic-api", percent: "10" });
  const all = discountRow("all", { percent: "1" });

  test.each<[string, Case, string]>([
    ["none without one", {}, "5"],
    ["that of everything", { discounts: [all] }, "4.95"],
    ["a platform's before that", { discounts: [all, platform] }, "4.5"],
    ["a model's before a platform's", { discounts: [model, platform, all] }, "4"],
    ["an account's before all", { discounts: [all, own, model, platform], account: "acme" }, "3.5"],
    ["an account's only where the source names it", { discounts: [own, platform] }, "4.5"],
    ["and not another's", { discounts: [own], account: "other" }, "5"],
    ["the later of two", { discounts: [all, discountRow("n", { effective_from: AT })] }, "4.5"],
    ["not before its first millisecond", { discounts: [all], at: "2025-12-31T23:59:59.999Z" }, "no_price"],
    [
      "none of another model, speed or tier",
      {
        discounts: [
          discountRow("a", { model: "claude-sonnet-5" }),
          discountRow("b", { speed: "fast" }),
          discountRow("c", { service_tier: "batch" }),
          discountRow("d", { geo_scope: "us" }),
        ],
      },
      "5",
    ],
    ["no cancelled one", { discounts: [discountRow("gone", { status: "cancelled" })] }, "5"],
    ["no ended one", { discounts: [discountRow("ended", { effective_to: AT })] }, "5"],
    [
      "never a silent pick of two",
      { discounts: [discountRow("x"), discountRow("y", { percent: "5" })] },
      "ambiguous_discount",
    ],
  ])("%s", (_name, given, cost) => {
    expect(rated(given).cost).toBe(cost);
  });

  test("the rating names it, and keeps the list price of each line", () => {
    const { discountId, lines, priceId } = rated({ discounts: [platform] });
    expect({ discountId, priceId }).toEqual({ discountId: "platform", priceId: "list" });
    expect(lines).toMatchObject([{ list: 5_000_000_000_000n, cost: 4_500_000_000_000n }]);
  });
});

describe("negotiated rates", () => {
  const negotiated = discountRow("deal", {
    platform: "anthropic-api",
    model: "claude-opus-5",
    usd_per_mtok: { input_tokens: "4.2" },
  });

  test("stand in the place of the list's, meter by meter", () => {
    const meters = { input_tokens: 1_000_000, output_tokens: 1_000_000, web_search_requests: 1 };
    const { cost, lines } = rated({ discounts: [negotiated], more: { meters } });
    expect(cost).toBe("29.21");
    expect(lines.map((line) => [line.meter, line.listRate, line.negotiatedRate])).toEqual([
      ["input_tokens", "5", "4.2"],
      ["output_tokens", "25", null],
      ["web_search_requests", "0.01", null],
    ]);
  });

  test("price a meter for which the list has no rate; the list's cost of that line is then not known", () => {
    const meters = { cache_read_tokens: 1_000_000, input_tokens: 0, output_tokens: 0 };
    const deal = discountRow("reads", {
      platform: "anthropic-api",
      model: "claude-opus-5",
      usd_per_mtok: { cache_read_tokens: "0.4" },
    });
    expect(rated({ more: { meters } }).cost).toBe("rate_missing:cache_read_tokens");
    expect(rated({ discounts: [deal], more: { meters } })).toMatchObject({
      cost: "0.4",
      lines: [{ list: null, listRate: null, negotiatedRate: "0.4" }],
    });
  });
});

describe("a negotiated rate that names no variant is for the plain one", () => {
  const deal = discountRow("deal", {
    platform: "anthropic-api",
    model: "claude-opus-5",
    usd_per_mtok: { input_tokens: "4.2" },
  });
  const prices = [
    LIST,
    priceRow("batch", {
      service_tier: "batch",
      usd_per_mtok: { input_tokens: "2.5", output_tokens: "12.5" },
    }),
    priceRow("fast", { speed: "fast", usd_per_mtok: { input_tokens: "30", output_tokens: "150" } }),
    priceRow("us", { geo_scope: "us", usd_per_mtok: { input_tokens: "5.5", output_tokens: "27.5" } }),
    priceRow("global", { geo_scope: "global", usd_per_mtok: { input_tokens: "5", output_tokens: "25" } }),
  ];
  test.each<[string, object, string]>([
    ["the plain call", {}, "4.2"],
    ["the global endpoint", { region: "global" }, "4.2"],
    ["not a batch, which would pay more than its list price", { service_tier: "batch" }, "2.5"],
    ["not a fast call", { speed: "fast" }, "30"],
    ["not a US-only one, whose premium would be lost", { inference_geo: "us" }, "5.5"],
  ])("%s", (_name, more, cost) => {
    expect(rated({ prices, discounts: [deal], more }).cost).toBe(cost);
  });

  test("one that names its variant is for that", () => {
    const batch = discountRow("batch-deal", { ...deal, id: "batch-deal", service_tier: "batch" });
    expect(rated({ prices, discounts: [deal, batch], more: { service_tier: "batch" } }).cost).toBe("4.2");
  });
});

describe("a price row of an account", () => {
  const ours = priceRow("ours", { account: "acme", usd_per_mtok: { input_tokens: "3", output_tokens: "9" } });
  test("counts for its calls alone, whatever began later for all", () => {
    const later = priceRow("later", { effective_from: "2026-05-01T00:00:00.000Z" });
    expect(rated({ prices: [LIST, ours, later], account: "acme" })).toMatchObject({
      cost: "3",
      priceId: "ours",
    });
    expect(rated({ prices: [LIST, ours, later] })).toMatchObject({ cost: "5", priceId: "later" });
    expect(rated({ prices: [ours], account: "other" }).cost).toBe("no_price");
  });

  test("is what the contract came to: what everybody gets is not taken off it, what the account gets is", () => {
    const everybody = discountRow("everybody", { percent: "10" });
    const theirs = discountRow("theirs", { percent: "50", account: "acme" });
    const given = { prices: [LIST, ours], account: "acme" };
    expect(rated({ ...given, discounts: [everybody] }).cost).toBe("3");
    expect(rated({ ...given, discounts: [everybody, theirs] }).cost).toBe("1.5");
    expect(rated({ prices: [LIST], account: "acme", discounts: [everybody] }).cost).toBe("4.5");
  });
});

test("a percentage is exact to half of 1e-12 USD, for any amount, against fractions worked out on paper", () => {
  const random = seeded(20_261_007);
  for (let n = 0; n < 5000; n++) {
    const amount = BigInt(random.below(2 ** 31)) * BigInt(random.below(2 ** 31));
    const percent = `${random.below(100)}.${random.below(10_000)}`;
    const left = lessPercent(amount as Money, percent);
    const exact = times(
      { over: amount, under: 1n },
      { over: 100n * ratio(percent).under - ratio(percent).over, under: 100n * ratio(percent).under },
    );
    const off = left * exact.under - exact.over;
    expect((off < 0n ? -off : off) * 2n <= exact.under).toBe(true);
    if (exact.over % exact.under === 0n) expect(same({ over: left, under: 1n }, exact)).toBe(true);
  }
  expect([lessPercent(1n as Money, "50"), lessPercent(3n as Money, "50")]).toEqual([0n, 2n]);
  expect(lessPercent(12_345n as Money, "100")).toBe(0n);
});
