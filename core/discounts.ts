import { latestInForce } from "#core/latest-in-force.ts";
import { divideHalfEven, type Money, parseMoney } from "#core/money.ts";
import { type PerUnit, perUnitOf } from "#core/per-unit.ts";
import type { PriceQuery, PriceRow } from "#core/price-query.ts";
import { type DiscountSetting, isNegotiated } from "#core/settings/discount.ts";

/** A discount made ready for arithmetic. */
export interface Discount {
  readonly id: string;
  readonly setting: DiscountSetting;
  readonly fromMs: number;
  readonly toMs: number;
  /** Negotiated rates; all null for a percentage. */
  readonly perUnit: PerUnit;
}

export type DiscountFound =
  | { readonly found: "one"; readonly discount: Discount }
  | { readonly found: "none" }
  /** Two name the call equally closely and began at once: never a silent pick. */
  | { readonly found: "ambiguous"; readonly ids: readonly string[] };

const NONE: DiscountFound = { found: "none" };

/** The discounts that may count; `find` gives the one for a call and the price row that was found for it. */
export function createDiscounts(settings: Iterable<DiscountSetting>): {
  find(query: PriceQuery, row: PriceRow): DiscountFound;
} {
  const discounts = [...settings].filter(({ status }) => status !== "cancelled").map(toDiscount);
  // Most deployments have none, and every call asks.
  if (discounts.length === 0) return { find: () => NONE };
  return { find: (query, row) => choose(discounts, query, row) };
}

function toDiscount(setting: DiscountSetting): Discount {
  return {
    id: setting.id,
    setting,
    fromMs: Date.parse(setting.effective_from),
    toMs: setting.effective_to === null ? Number.POSITIVE_INFINITY : Date.parse(setting.effective_to),
    perUnit: perUnitOf(setting),
  };
}

/** The closest of those in force; of equally close ones the latest. */
function choose(discounts: readonly Discount[], query: PriceQuery, row: PriceRow): DiscountFound {
  const fitting = discounts.filter((discount) => fits(discount, query) && reaches(discount, row));
  if (fitting.length === 0) return NONE;
  const closest = Math.max(...fitting.map(closenessOf));
  const close = fitting.filter((discount) => closenessOf(discount) === closest);
  const latest = latestInForce(close);
  return latest.found === "one" ? { found: "one", discount: latest.one } : latest;
}

function fits({ setting, fromMs, toMs }: Discount, query: PriceQuery): boolean {
  return (
    fromMs <= query.atMs &&
    query.atMs < toMs &&
    (setting.account === null || setting.account === query.account) &&
    (setting.platform === null || setting.platform === query.platform) &&
    (setting.model === null || setting.model === query.model) &&
    (setting.geo_scope === null || setting.geo_scope === query.geoScope) &&
    (setting.speed === null || setting.speed === query.speed) &&
    (setting.service_tier === null || setting.service_tier === query.serviceTier)
  );
}

/**
 * Whether a discount is about what a row states. An account's own row is what its contract came to: only a discount of
 * that account is taken off it. A negotiated rate that names no variant is for the plain one: the list has other rates
 * for a batch, a fast or a US-only call, and a contract that changes those says so.
 */
function reaches({ setting }: Discount, { setting: row }: PriceRow): boolean {
  if (row.account !== null && setting.account === null) return false;
  if (!isNegotiated(setting)) return true;
  return (
    (setting.speed ?? "standard") === row.speed &&
    (setting.service_tier ?? "standard") === row.service_tier &&
    (setting.geo_scope !== null || row.geo_scope === "any" || row.geo_scope === "global")
  );
}

/** An account outweighs a model, a model a platform, and that any variant; two of one weight are equally close. */
export function closenessOf({ setting }: Pick<Discount, "setting">): number {
  const { account, model, platform, geo_scope, speed, service_tier } = setting;
  const variants = [geo_scope, speed, service_tier].filter((part) => part !== null).length;
  return (account === null ? 0 : 100) + (model === null ? 0 : 20) + (platform === null ? 0 : 10) + variants;
}

const PERCENT_UNITS = 1_000_000n;

/** An amount less a percentage of at most 4 places; digits beyond 1e-12 USD are rounded half to even. */
export function lessPercent(amount: Money, percent: string): Money {
  const taken = parseMoney(percent);
  if (!taken.ok) throw new Error(`a discount passed its schema with ${percent} %`);
  // 1e-12 % to 1e-4 %: 100 % is 1,000,000 of these.
  const parts = taken.value / 100_000_000n;
  return divideHalfEven(amount * (PERCENT_UNITS - parts), PERCENT_UNITS) as Money;
}
