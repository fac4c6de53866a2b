import type { DiscountSetting } from "#core/settings/discount.ts";
import type { PriceSetting } from "#core/settings/price.ts";

/**
 * What two rows that contradict each other say, for the one who brings them; null where none do. Looked at where rows
 * are brought in (import, API), not in the fold, whose rules never tighten.
 *
 * A row without an end gives way to a later one: that is how a price changes. Two that begin at once, or a later one
 * that begins before the stated end of an earlier one, contradict each other.
 */
export function priceOverlap(
  rows: readonly PriceSetting[],
  book: Iterable<PriceSetting> = [],
): string | null {
  return firstOverlap(rows, book, priceAddress, bandsMeet, "price");
}

/** The same of discounts. */
export function discountOverlap(
  discounts: readonly DiscountSetting[],
  known: Iterable<DiscountSetting> = [],
): string | null {
  return firstOverlap(discounts, known, discountAddress, () => true, "discount");
}

interface Dated {
  readonly id: string;
  readonly status: string;
  readonly effective_from: string;
  readonly effective_to: string | null;
}

function firstOverlap<Row extends Dated>(
  rows: readonly Row[],
  known: Iterable<Row>,
  addressOf: (row: Row) => string,
  meet: (left: Row, right: Row) => boolean,
  what: string,
): string | null {
  const named = new Set(rows.map(({ id }) => id));
  const others = [...known].filter(({ id }) => !named.has(id));
  const byAddress = new Map<string, Row[]>();
  for (const row of [...others, ...rows]) {
    if (row.status === "cancelled") continue;
    const address = addressOf(row);
    const same = byAddress.get(address) ?? [];
    const clash = named.has(row.id) ? same.find((one) => meet(one, row) && contradict(one, row)) : undefined;
    if (clash !== undefined) return wording(clash, row, what);
    byAddress.set(address, [...same, row]);
  }
  return null;
}

function contradict(left: Dated, right: Dated): boolean {
  if (left.effective_from === right.effective_from) return true;
  const [earlier, later] = left.effective_from < right.effective_from ? [left, right] : [right, left];
  return earlier.effective_to !== null && later.effective_from < earlier.effective_to;
}

function wording(left: Dated, right: Dated, what: string): string {
  const period = ({ effective_from, effective_to }: Dated) =>
    `from ${effective_from} ${effective_to === null ? "on" : `to ${effective_to}`}`;
  return `${what} ${right.id} (${period(right)}) overlaps ${what} ${left.id} (${period(left)}), which is about the same calls; end the earlier one where the later begins, or cancel one`;
}

function priceAddress(row: PriceSetting): string {
  const { account, platform, model, geo_scope, speed, service_tier } = row;
  return JSON.stringify([account, platform, model, geo_scope, speed, service_tier]);
}

function discountAddress(row: DiscountSetting): string {
  const { account, platform, model, geo_scope, speed, service_tier } = row;
  return JSON.stringify([account, platform, model, geo_scope, speed, service_tier]);
}

function bandsMeet(left: PriceSetting, right: PriceSetting): boolean {
  const most = (row: PriceSetting) => row.prompt_tokens_max ?? Number.POSITIVE_INFINITY;
  return left.prompt_tokens_above < most(right) && right.prompt_tokens_above < most(left);
}
