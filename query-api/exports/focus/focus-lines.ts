import { RATED_METERS, type RatedMeter } from "#core/meters.ts";
import { addMoney, formatMoney, type Money, parseMoney } from "#core/money.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { areOfOneSign, splitInProportion } from "#core/split-in-proportion.ts";
import type { FocusGroup } from "#query-api/exports/focus/focus-groups.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** What one meter of a group used and cost; `meter` null is what no rate of a meter explains. */
export interface FocusLine {
  readonly group: FocusGroup;
  readonly meter: RatedMeter | null;
  readonly price: PriceSetting | null;
  readonly quantity: bigint;
  /** By the price's unit: a million tokens, a request, a charge. Times the list price it is the list cost. */
  readonly pricingQuantity: Money;
  readonly listUnitPrice: Money;
  readonly contractedUnitPrice: Money;
  readonly listCost: Money;
  readonly cost: Money;
}

const UNIT = 1_000_000_000_000n;
const PER_MILLION = 1_000_000n;

/**
 * Splits the cost of a group by meter, to the last digit. Each meter costs quantity x rate of its price row. A group that
 * cost less has a discount, which its meters share in proportion; one that cost more has something that is no meter of
 * ours (an open meter, the gateway's own figure), which is a line of its own.
 */
export function focusLines(group: FocusGroup, price: PriceSetting | null): FocusLine[] {
  const metered = RATED_METERS.flatMap((meter) => meterLine(group, meter, price) ?? []);
  const cost = storedMoney(group.cost);
  const list = addMoney(metered.map(({ listCost }) => listCost));
  const rest = (cost - list) as Money;
  if (rest === 0n) return metered;
  // With the sign of the group, so that a correction mirrors what it takes back. A correction that moved tokens from one
  // meter to another has meters of both signs: a discount of it is shared by nobody and stands by itself.
  const isDiscount =
    list !== 0n &&
    rest > 0n === list < 0n &&
    cost >= 0n === list >= 0n &&
    areOfOneSign(metered.map(({ listCost }) => listCost));
  return isDiscount ? discounted(metered, cost) : [...metered, restLine(group, price, rest)];
}

function discounted(lines: readonly FocusLine[], cost: Money): FocusLine[] {
  const parts = splitInProportion(
    cost,
    lines.map(({ listCost }) => listCost),
  );
  return lines.map((line, at) => {
    const part = (parts[at] ?? 0n) as Money;
    return { ...line, cost: part, contractedUnitPrice: ((part * UNIT) / line.pricingQuantity) as Money };
  });
}

function meterLine(group: FocusGroup, meter: RatedMeter, price: PriceSetting | null): FocusLine | null {
  const quantity = group[meter];
  const rate = price === null ? null : rateOf(price, meter);
  if (rate === null || quantity === null || quantity === 0n) return null;
  const read = parseMoney(rate);
  if (!read.ok) throw new Error(`a price row passed its schema with the rate ${rate}`);
  const pricingQuantity = (quantity * (meter === "web_search_requests" ? UNIT : UNIT / PER_MILLION)) as Money;
  // A rate has at most 6 decimals a million tokens, so the division has no rest.
  const cost = ((pricingQuantity * read.value) / UNIT) as Money;
  const prices = { listUnitPrice: read.value, contractedUnitPrice: read.value };
  return { group, meter, price, quantity, pricingQuantity, ...prices, listCost: cost, cost };
}

/** One charge at what it cost; taken back it is minus one charge. */
function restLine(group: FocusGroup, price: PriceSetting | null, rest: Money): FocusLine {
  const quantity = rest < 0n ? -1n : 1n;
  const unitPrice = (rest * quantity) as Money;
  const prices = { listUnitPrice: unitPrice, contractedUnitPrice: unitPrice };
  const pricingQuantity = (quantity * UNIT) as Money;
  return { group, meter: null, price, quantity, pricingQuantity, ...prices, listCost: rest, cost: rest };
}

function rateOf(price: PriceSetting, meter: RatedMeter): string | null {
  if (meter === "web_search_requests") return price.usd_per_request.web_search_requests;
  const rate = price.usd_per_mtok[meter];
  // As rated: an unknown lifetime of a cache write is taken for 5 minutes.
  return rate === null && meter === "cache_write_tokens" ? price.usd_per_mtok.cache_write_5m_tokens : rate;
}

/** With a point in any case: readers of CSV take a column without one for whole numbers. */
export function decimalText(value: Money): string {
  const text = formatMoney(value);
  return text.includes(".") ? text : `${text}.0`;
}
