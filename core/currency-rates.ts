import { divideHalfEven, MONEY_DECIMALS, type Money, parseMoney } from "#core/money.ts";
import { no, ok, type Result } from "#core/result.ts";
import type { CurrencyRateSetting } from "#core/settings/currency-rate.ts";
import type { Versioned } from "#core/settings/state.ts";

export interface RateWish {
  readonly currency: string;
  readonly rateType: CurrencyRateSetting["rate_type"] | undefined;
  readonly atMs: number;
}

/**
 * The rate in force at a moment: the latest of the asked type. Where no type is asked for and two of different types are
 * equally right, that is said and none is picked.
 */
export function findCurrencyRate(
  rates: Iterable<Versioned<CurrencyRateSetting>>,
  { currency, rateType, atMs }: RateWish,
): Result<Versioned<CurrencyRateSetting>, "none" | "ambiguous"> {
  const fitting = [...rates].filter(
    ({ value }) =>
      value.status === "active" &&
      value.currency === currency &&
      (rateType === undefined || value.rate_type === rateType) &&
      Date.parse(value.effective_from) <= atMs &&
      (value.effective_to === null || atMs < Date.parse(value.effective_to)),
  );
  const at = new Date(atMs).toISOString();
  const latestMs = Math.max(...fitting.map(({ value }) => Date.parse(value.effective_from)));
  const [rate, ...others] = fitting.filter(({ value }) => Date.parse(value.effective_from) === latestMs);
  if (rate === undefined)
    return no("none", `no rate of ${rateType ?? "any type"} for ${currency} is in force at ${at}`);
  const ids = [rate, ...others].map(({ value }) => value.id).sort();
  return others.length === 0
    ? ok(rate)
    : no("ambiguous", `at ${at} these are equally right: ${ids.join(", ")}`);
}

/** An amount in the rate's currency, in 1e-12 of it; what is finer is rounded half to even. */
export function convertMoney(amount: Money, { per_usd }: Pick<CurrencyRateSetting, "per_usd">): bigint {
  const rate = parseMoney(per_usd);
  if (!rate.ok) throw new Error(`a currency rate passed its schema with ${per_usd}`);
  const size = divideHalfEven((amount < 0n ? -amount : amount) * rate.value, 10n ** BigInt(MONEY_DECIMALS));
  return amount < 0n ? -size : size;
}
