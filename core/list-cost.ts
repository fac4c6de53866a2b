import { addMoney, fitsMoney, formatMoney, type Money } from "#core/money.ts";
import type { Rating } from "#core/rating.ts";

/** What a call costs without its discount; not known where a line has no list rate, or no row priced it. */
export function listCost({ lines, status, cost }: Rating): Money | null {
  if (status === "gateway" || cost === null) return null;
  const amounts = lines.map(({ list }) => list);
  return amounts.includes(null) ? null : addMoney(amounts as Money[]);
}

/**
 * The column `list_usd` of `events_v1`: the list cost where it is known and another than the cost, which most calls'
 * is not; null says that the cost is all there is to know.
 */
export function listColumn(rating: Rating): string | null {
  const list = listCost(rating);
  return list === null || list === rating.cost || !fitsMoney(list) ? null : formatMoney(list);
}
