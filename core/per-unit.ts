import { RATED_METERS, type RatedMeter, type TokenMeter } from "#core/meters.ts";
import { type Money, parseMoney } from "#core/money.ts";

/** Rates as a setting states them: decimal text for a million tokens, and for a request. */
export interface StatedRates {
  readonly usd_per_mtok: Readonly<Record<TokenMeter, string | null>> | null;
  readonly usd_per_request: { readonly web_search_requests: string | null } | null;
}

/** Rates in 1e-12 USD for one unit of a meter; null is not stated. */
export type PerUnit = Readonly<Record<RatedMeter, Money | null>>;

/**
 * A rate is USD per 1,000,000 tokens with at most 6 decimals, so per token it has at most 12: a whole number of
 * 1e-12 USD. The division below has no rest, and rating stays exact.
 */
export function perUnitOf(stated: StatedRates): PerUnit {
  const perUnit = RATED_METERS.map((meter) => {
    const rate = statedRate(stated, meter);
    if (rate === null) return [meter, null];
    const amount = rateAmount(rate);
    return [meter, meter === "web_search_requests" ? amount : amount / 1_000_000n];
  });
  return Object.fromEntries(perUnit) as PerUnit;
}

/** The text of a meter's rate. */
export function statedRate(stated: StatedRates, meter: RatedMeter): string | null {
  return meter === "web_search_requests"
    ? (stated.usd_per_request?.web_search_requests ?? null)
    : (stated.usd_per_mtok?.[meter] ?? null);
}

function rateAmount(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`a setting passed its schema with the rate ${text}`);
  return read.value;
}
