import { describe, expect, test } from "vitest";
import { readDiscountFile } from "#core/discount-import.ts";
import { priceRefusal, readPriceFile, withoutOverlaps } from "#core/price-import.ts";
import { discountOverlap, priceOverlap } from "#core/price-overlap.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const MARCH = "2026-03-01T00:00:00.000Z";
const JUNE = "2026-06-01T00:00:00.000Z";
const row = (id: string, more: Parameters<typeof priceRow>[1] = {}) => priceRow(id, more);

describe("rows that contradict each other", () => {
  test.each<[string, ReturnType<typeof row>]>([
    ["the same calls from the same moment", row("b")],
    ["a wider band from the same moment", row("b", { prompt_tokens_max: 5 })],
    [
      "an end after the other's beginning",
      row("b", { effective_from: "2025-01-01T00:00:00.000Z", effective_to: JUNE }),
    ],
  ])("%s", (_name, other) => {
    const told = priceOverlap([row("a", { effective_from: "2026-01-01T00:00:00.000Z" }), other]);
    expect(told).toMatch(/^price b .* overlaps price a .*end the earlier one where the later begins/);
  });

  test.each<[string, ReturnType<typeof row>]>([
    ["another model", row("b", { model: "claude-sonnet-5" })],
    ["another account", row("b", { account: "acme" })],
    ["another geography", row("b", { geo_scope: "us" })],
    ["another tier", row("b", { service_tier: "batch" })],
    ["a later beginning, which is how a price changes", row("b", { effective_from: MARCH })],
    [
      "an earlier time that is over",
      row("b", { effective_from: "2025-01-01T00:00:00.000Z", effective_to: "2026-01-01T00:00:00.000Z" }),
    ],
    ["a cancelled row", row("b", { status: "cancelled" })],
  ])("not: %s", (_name, other) => {
    expect(priceOverlap([row("a"), other])).toBeNull();
  });

  test("bands that touch do not overlap, and the same row again is itself", () => {
    const low = row("low", { prompt_tokens_max: 1000 });
    const high = row("high", { prompt_tokens_above: 1000 });
    expect(priceOverlap([low, high])).toBeNull();
    expect(priceOverlap([low], [low, high])).toBeNull();
    expect(priceOverlap([row("low")], [low, high])).toMatch(/^price low .* overlaps price high/);
  });

  test("those that lie in the book already are nobody's fault who brings another row", () => {
    expect(priceOverlap([row("c", { model: "claude-sonnet-5" })], [row("a"), row("b")])).toBeNull();
  });

  test("discounts too, only where they are about exactly the same", () => {
    expect(discountOverlap([discountRow("a"), discountRow("b")])).toMatch(/^discount b .* overlaps/);
    expect(discountOverlap([discountRow("a"), discountRow("b", { model: "claude-opus-5" })])).toBeNull();
    expect(discountOverlap([discountRow("a"), discountRow("b", { effective_from: JUNE })])).toBeNull();
  });
});

describe("where rows come in", () => {
  const file = (prices: unknown) =>
    JSON.stringify({
      schema: "spendtrail.prices.v1",
      unit: "USD per 1,000,000 tokens, and USD per request",
      prices,
    });
  const book = (...rows: ReturnType<typeof row>[]) => ({
    prices: new Map(rows.map((value) => [value.id, { version: 1, offset: 0n, value }])),
  });

  test("a file that contradicts itself is refused, with both rows", () => {
    expect(readPriceFile(file([row("a"), row("b")]))).toMatchObject({
      ok: false,
      reason: "contradicts",
      detail: expect.stringMatching(/price b .* overlaps price a/),
    });
  });

  test("and one that contradicts the book", () => {
    expect(priceRefusal(book(row("a")), [row("b")])).toMatch(/overlaps price a/);
    expect(priceRefusal(book(row("a")), [row("a", { note: "corrected" })])).toBeNull();
  });

  test("a shipped row that contradicts an operator's stays out, and the others come in", () => {
    const others = [row("shipped"), row("other", { model: "claude-sonnet-5" })];
    expect(withoutOverlaps(book(row("ours")), others).map(({ id }) => id)).toEqual(["other"]);
    expect(withoutOverlaps(book(), shippedPrices())).toHaveLength(shippedPrices().length);
  });

  test.each<[string, object, string]>([
    ["a number for a rate", { usd_per_mtok: { input_tokens: 5 } }, "prices.0.usd_per_mtok.input_tokens"],
    ["a rate with an exponent", { usd_per_mtok: { input_tokens: "5e-6" } }, "must be a decimal string"],
    ["a negative rate", { usd_per_mtok: { input_tokens: "-5" } }, "must be a decimal string"],
    ["a rate that is no number", { usd_per_mtok: { input_tokens: "NaN" } }, "must be a decimal string"],
    ["a rate with a comma", { usd_per_mtok: { input_tokens: "5,00" } }, "must be a decimal string"],
    ["a rate of more than 6 places", { usd_per_mtok: { input_tokens: "5.0000001" } }, "at most 6 places"],
  ])("%s is a clear error", (_name, more, told) => {
    const read = readPriceFile(file([{ ...row("a"), ...more }]));
    expect(read.ok ? "no fault" : read.detail).toContain(told);
  });

  test.each<[string, object, string]>([
    [
      "percent and rates",
      { percent: "5", usd_per_mtok: { input_tokens: "1" } },
      "either a percent or negotiated",
    ],
    ["neither", { percent: null }, "either a percent or negotiated"],
    ["more than everything", { percent: "100.5" }, "at most 100"],
    ["nothing", { percent: "0" }, "above 0"],
    ["a number", { percent: 10 }, "discounts.0.percent"],
    [
      "rates of no model",
      { percent: null, usd_per_mtok: { input_tokens: "1" } },
      "name a platform and a model",
    ],
    ["an end before its beginning", { effective_to: "2025-01-01T00:00:00.000Z" }, "not after it begins"],
  ])("a discount of %s is a clear error", (_name, more, told) => {
    const discounts = [{ ...discountRow("a"), ...more }];
    const read = readDiscountFile(JSON.stringify({ schema: "spendtrail.discounts.v1", discounts }));
    expect(read.ok ? "no fault" : read.detail).toContain(told);
  });
});
