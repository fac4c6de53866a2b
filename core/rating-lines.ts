import { type Discount, lessPercent } from "#core/discounts.ts";
import { type Meters, RATED_METERS, type RatedMeter } from "#core/meters.ts";
import { divideHalfEven, MONEY_DECIMALS, type Money, parseMoney } from "#core/money.ts";
import { statedRate } from "#core/per-unit.ts";
import type { PriceRow } from "#core/price-query.ts";

/** One line of a cost: so much of a meter at a rate. The sum of the lines is the cost. */
export interface RatingLine {
  /** A meter's name, or the unit of an open one. */
  readonly meter: string;
  readonly quantity: string;
  /** The rate of the price row, as its source states it; null where only a contract has one. */
  readonly listRate: string | null;
  /** What the rate is for: 1,000,000 tokens, or one of anything else. */
  readonly per: 1 | 1_000_000;
  readonly list: Money | null;
  /** The negotiated rate that stands in the list rate's place. */
  readonly negotiatedRate: string | null;
  /** What the line costs, the discount taken off. */
  readonly cost: Money;
  /** Why another meter's rate was taken. */
  readonly assumed: "cache_ttl_unknown" | null;
}

export type Lines =
  | { readonly complete: true; readonly lines: readonly RatingLine[] }
  /** A meter that was used has no rate. */
  | { readonly complete: false; readonly missing: string };

/**
 * The lines of one call by one price row and at most one discount, exact in 1e-12 USD. Only what a percentage or a
 * fraction of a unit leaves beyond that is rounded, half to even, line by line.
 */
export function ratingLines(row: PriceRow, meters: Meters, discount: Discount | null): Lines {
  const lines: RatingLine[] = [];
  for (const meter of RATED_METERS) {
    const quantity = meters[meter];
    if (quantity === null || quantity === 0) continue;
    const line = meterLine(row, meter, quantity, discount);
    if (line === null) return { complete: false, missing: meter };
    lines.push(line);
  }
  for (const { unit, quantity } of meters.other) {
    const line = unitLine(row, unit, quantity, discount);
    if (line === null) return { complete: false, missing: unit };
    lines.push(line);
  }
  return { complete: true, lines };
}

function meterLine(
  row: PriceRow,
  meter: RatedMeter,
  quantity: number,
  discount: Discount | null,
): RatingLine | null {
  const listMeter = ratedAs(row.perUnit, meter);
  const negotiatedMeter = discount === null ? meter : ratedAs(discount.perUnit, meter);
  const listPerUnit = row.perUnit[listMeter];
  const negotiated = discount?.perUnit[negotiatedMeter] ?? null;
  const perUnit = negotiated ?? listPerUnit;
  if (perUnit === null) return null;
  const count = BigInt(quantity);
  const gross = (perUnit * count) as Money;
  const taken = negotiated === null ? listMeter : negotiatedMeter;
  return {
    meter,
    quantity: String(quantity),
    listRate: statedRate(row.setting, listMeter),
    per: meter === "web_search_requests" ? 1 : 1_000_000,
    list: listPerUnit === null ? null : ((listPerUnit * count) as Money),
    negotiatedRate:
      discount === null || negotiated === null ? null : statedRate(discount.setting, negotiatedMeter),
    cost: discounted(gross, discount),
    assumed: taken === meter ? null : "cache_ttl_unknown",
  };
}

/** Most gateways do not say a write's lifetime; 5 minutes is the API's default (Anthropic, "Prompt caching"). */
function ratedAs(perUnit: PriceRow["perUnit"], meter: RatedMeter): RatedMeter {
  return meter === "cache_write_tokens" && perUnit[meter] === null ? "cache_write_5m_tokens" : meter;
}

function unitLine(
  row: PriceRow,
  unit: string,
  quantity: string,
  discount: Discount | null,
): RatingLine | null {
  // A unit is any text of a record's: `constructor` must not find what every object has.
  const rates = row.setting.usd_per_unit;
  const rate = Object.hasOwn(rates, unit) ? rates[unit] : undefined;
  if (rate === undefined) return null;
  const list = unitCost(rate, quantity);
  return {
    meter: unit,
    quantity,
    listRate: rate,
    per: 1,
    list,
    negotiatedRate: null,
    cost: discounted(list, discount),
    assumed: null,
  };
}

function discounted(amount: Money, discount: Discount | null): Money {
  const percent = discount?.setting.percent ?? null;
  return percent === null ? amount : lessPercent(amount, percent);
}

/** Of a fractional quantity, such as 0.25 session hours; digits beyond 1e-12 USD are rounded half to even. */
function unitCost(rate: string, quantity: string): Money {
  const [price, count] = [parseMoney(rate), parseMoney(quantity)];
  if (!price.ok || !count.ok) throw new Error(`a rate or a quantity passed its schema: ${rate}, ${quantity}`);
  return divideHalfEven(price.value * count.value, 10n ** BigInt(MONEY_DECIMALS)) as Money;
}
