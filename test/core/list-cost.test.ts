import { describe, expect, test } from "vitest";
import { ResponseData } from "#core/event-data.ts";
import { listColumn } from "#core/list-cost.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";

/** A million tokens in, 5 USD by the list. */
function columnOf(discounts: readonly DiscountSetting[], more: object = {}, allow_gateway_cost = false) {
  const data = ResponseData.parse({
    ...{ gateway: "test", platform: "anthropic-api", model: "claude-opus-5", outcome: "success" },
    started_at: "2026-06-01T00:00:00.000Z",
    meters: { input_tokens: 1_000_000, output_tokens: 0 },
    ...more,
  });
  const call = { data, eventTimeMs: Date.UTC(2026, 5, 1), source: { allow_gateway_cost, account: null } };
  return listColumn(rate(createPriceBook([priceRow("list", {})], discounts), call));
}

describe("list_usd", () => {
  test("is the list cost where a discount makes that another figure", () => {
    expect(columnOf([discountRow("fifth", { percent: "20" })])).toBe("5");
    expect(columnOf([discountRow("all", { percent: "100" })])).toBe("5");
  });

  test("is empty where the cost is the list cost, is not known, or is the gateway's own figure", () => {
    expect(columnOf([])).toBeNull();
    expect(columnOf([discountRow("fifth", { percent: "20" })], { model: "somebody-elses" })).toBeNull();
    const own = { model: "somebody-elses", gateway_cost: { amount: "3", currency: "USD" } };
    expect(columnOf([], own, true)).toBeNull();
  });
});
