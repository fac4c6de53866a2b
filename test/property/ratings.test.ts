import { expect, test } from "vitest";
import { checkRatings } from "#test/property/check-ratings.ts";

/** `npm run property` does as many as it is told, by chance. */
const CASES = Number(process.env["SPENDTRAIL_PROPERTY_CASES"] ?? 5_000);

test("any call by any book costs what it costs on paper, to the last digit, or nothing for the same reason", {
  timeout: 600_000,
}, () => {
  const seen = checkRatings(CASES, 6_081);
  // Otherwise it proves nothing.
  for (const kind of [
    "rated",
    "usage_partial",
    "cache_ttl_unknown",
    "discounted",
    "no_price",
    "unmapped_model",
    "rate_missing",
    "ambiguous_price",
    "ambiguous_discount",
    "cost_too_large",
    "gateway",
    "not_billed",
    "usage_missing",
  ])
    expect([kind, (seen.get(kind) ?? 0) >= CASES / 1000]).toEqual([kind, true]);
});
