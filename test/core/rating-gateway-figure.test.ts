import { describe, expect, test } from "vitest";
import { ResponseData } from "#core/event-data.ts";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { priceRow } from "#test/core/price-rows.ts";

const book = createPriceBook([
  priceRow("opus", { usd_per_unit: { hall: "999999999999" } }),
  priceRow("twin-a", { model: "claude-sonnet-5" }),
  priceRow("twin-b", { model: "claude-sonnet-5" }),
  priceRow("somewhere-else", { model: "someone/else", platform: "vertex" }),
]);

/** Status, note and cost of a call of 1,000 tokens in and 100 out, whose gateway states a figure. */
function figured(amount: string, more: object = {}, allow = true): string {
  const data = ResponseData.parse({
    gateway: "test",
    platform: "anthropic-api",
    model: "claude-opus-5",
    started_at: "2026-06-01T00:00:00.000Z",
    outcome: "success",
    meters: { input_tokens: 1000, output_tokens: 100 },
    gateway_cost: { amount, currency: "USD" },
    ...more,
  });
  const eventTimeMs = Date.parse(data.started_at);
  const { status, note, cost } = rate(book, { data, eventTimeMs, source: { allow_gateway_cost: allow } });
  return [status, note, cost === null ? "null" : formatMoney(cost)].filter((part) => part !== "").join(" ");
}

/** Every way in which the book has no answer. */
const NO_ANSWER: readonly (readonly [string, object])[] = [
  ["unmapped_model", { model: "someone/else" }],
  ["no_price", { platform: "vertex" }],
  ["ambiguous_price", { model: "claude-sonnet-5" }],
  ["usage_missing", { meters: {} }],
  ["usage_missing", { usage_quality: "missing" }],
  ["rate_missing:cache_read_tokens", { meters: { cache_read_tokens: 1 } }],
  ["rate_missing:image", { meters: { other: [{ unit: "image", quantity: "1" }] } }],
  ["cost_too_large", { meters: { other: [{ unit: "hall", quantity: "9".repeat(20) }] } }],
];

describe("where the book has no answer", () => {
  test.each(NO_ANSWER)("%s: the figure stands if the source allows it: %j", (note, more) => {
    expect(figured("0.25", more)).toBe(`gateway ${note} 0.25`);
  });

  test.each(NO_ANSWER)("%s: it does not stand otherwise, and nobody makes a 0 of it: %j", (note, more) => {
    expect(figured("0.25", more, false)).toBe(`unpriced ${note} null`);
    expect(figured("0.25", { ...more, gateway_cost: null })).toBe(`unpriced ${note} null`);
  });

  test.each([
    ["0.000000000001", "gateway no_price 0.000000000001"],
    ["1000000000000", "gateway no_price 1000000000000"],
    ["0.1234567891", "gateway no_price 0.1234567891"],
    ["0", "unpriced no_price null"],
    ["0.000", "unpriced no_price null"],
    ["-0", "unpriced no_price null"],
    ["-0.25", "unpriced no_price null"],
  ])("a figure of %s", (amount, expected) => {
    expect(figured(amount, { platform: "vertex" })).toBe(expected);
  });

  test("a figure in another currency is not converted", () => {
    const gateway_cost = { amount: "0.25", currency: "EUR" };
    expect(figured("", { platform: "vertex", gateway_cost })).toBe("unpriced no_price null");
  });
});

test("no tokens at all beside a cost were not counted, and beside none they are free", () => {
  const meters = { input_tokens: 0, output_tokens: 0 };
  expect(figured("0.25", { meters })).toBe("gateway usage_missing 0.25");
  expect(figured("0.25", { meters }, false)).toBe("unpriced usage_missing null");
  expect(figured("0", { meters })).toBe("rated 0");
  expect(figured("0", { meters, gateway_cost: null })).toBe("rated 0");
});

describe("where the book has an answer, the figure changes nothing", () => {
  test.each<[string, object, string]>([
    ["a price", {}, "rated 0.0075"],
    ["a reply from the cache", { outcome: "cached" }, "rated not_billed 0"],
    ["a refusal without usage", { outcome: "blocked", meters: {} }, "rated not_billed 0"],
    ["usage that is not final", { usage_quality: "provisional" }, "estimated usage_provisional 0.0075"],
    ["usage that was estimated", { usage_quality: "estimated" }, "estimated usage_estimated 0.0075"],
  ])("%s", (_name, more, expected) => {
    expect(figured("0.25", more)).toBe(expected);
    expect(figured("0.25", more, false)).toBe(expected);
  });
});
