import { isDeepStrictEqual } from "node:util";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { seeded } from "#test/core/seeded.ts";
import { anyCase } from "#test/property/any-case.ts";
import { type OnPaper, onPaper } from "#test/property/on-paper.ts";

/**
 * Rates so many random calls, each by a random book of its own, and compares every one with the reckoning on paper.
 * @returns how many there were of each note (`rated` where there is none)
 * @throws at the first that differs, with the whole case
 */
export function checkRatings(cases: number, seed: number): ReadonlyMap<string, number> {
  const random = seeded(seed);
  const seen = new Map<string, number>();
  for (let number = 0; number < cases; number++) {
    const given = anyCase(random);
    const { cost, status, note, priceId, discountId } = rate(
      createPriceBook(given.prices, given.discounts),
      given.call,
    );
    const rated: OnPaper = {
      cost: cost === null ? null : formatMoney(cost),
      status,
      note,
      priceId,
      discountId,
    };
    const paper = onPaper(given);
    if (!isDeepStrictEqual(rated, paper))
      throw new Error(`case ${number} of seed ${seed}: ${JSON.stringify({ rated, paper, given }, null, 1)}`);
    const kind = status === "gateway" ? "gateway" : note.split(":")[0] || "rated";
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (discountId !== null) seen.set("discounted", (seen.get("discounted") ?? 0) + 1);
  }
  return seen;
}
