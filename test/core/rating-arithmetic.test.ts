import { expect, test } from "vitest";
import { createDiscounts } from "#core/discounts.ts";
import { Meters } from "#core/meters.ts";
import { createPriceBook } from "#core/price-book.ts";
import { lineArithmetic } from "#core/rating-arithmetic.ts";
import { ratingLines } from "#core/rating-lines.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceQuery, priceRow } from "#test/core/price-rows.ts";

const row = priceRow("row", {
  usd_per_unit: { session_hour: "0.08", dust: "0.000001" },
  usd_per_request: { web_search_requests: "0.01" },
});

function written(meters: object, deal: Parameters<typeof discountRow>[1] | null = null): string[] {
  const found = createPriceBook([row]).find(priceQuery());
  if (found.found !== "one") throw new Error(found.found);
  const discounts = createDiscounts(deal === null ? [] : [discountRow("deal", deal)]);
  const contract = discounts.find(priceQuery(), found.row);
  const discount = contract.found === "one" ? contract.discount : null;
  const rated = ratingLines(found.row, Meters.parse(meters), discount);
  if (!rated.complete) throw new Error(rated.missing);
  return rated.lines.map((line) => lineArithmetic(line, discount?.setting.percent ?? null));
}

test.each<[string, object, Parameters<typeof discountRow>[1] | null, string]>([
  ["tokens", { input_tokens: 3 }, null, "3 x 5 / 1000000 = 0.000015"],
  ["requests", { web_search_requests: 2 }, null, "2 x 0.01 = 0.02"],
  [
    "a fraction of a unit",
    { other: [{ unit: "session_hour", quantity: "0.25" }] },
    null,
    "0.25 x 0.08 = 0.02",
  ],
  [
    "one beyond 1e-12",
    { other: [{ unit: "dust", quantity: "0.0000015" }] },
    null,
    "0.0000015 x 0.000001 ~ 0.000000000002",
  ],
  [
    "a percentage",
    { input_tokens: 3 },
    { percent: "10" },
    "3 x 5 / 1000000 = 0.000015, less 10 % = 0.0000135",
  ],
  [
    "a percentage beyond 1e-12",
    { input_tokens: 1 },
    { percent: "33.3333" },
    "1 x 5 / 1000000 = 0.000005, less 33.3333 % = 0.000003333335",
  ],
  [
    "half of an odd number of 1e-12",
    { other: [{ unit: "dust", quantity: "0.000003" }] },
    { percent: "50" },
    "0.000003 x 0.000001 = 0.000000000003, less 50 % ~ 0.000000000002",
  ],
  [
    "a negotiated rate",
    { input_tokens: 3 },
    { platform: "anthropic-api", model: "claude-opus-5", usd_per_mtok: { input_tokens: "4.2" } },
    "3 x 4.2 / 1000000 = 0.0000126",
  ],
])("%s", (_name, meters, deal, line) => {
  expect(written(meters, deal)).toEqual([line]);
});
