import { divideHalfEven, formatMoney, type Money } from "#core/money.ts";

/** A difference in percent of an amount, to two places, rounded half to even; null where that is 0. */
export function percentOf(difference: Money, of: Money): string | null {
  if (of === 0n) return null;
  const size = (amount: bigint) => (amount < 0n ? -amount : amount);
  // In hundredths of a percent, which `formatMoney` writes once they are 1e-12.
  const hundredths = divideHalfEven(size(difference) * 10_000n, size(of));
  const sign = difference < 0n !== of < 0n ? -1n : 1n;
  return formatMoney((sign * hundredths * 10_000_000_000n) as Money);
}
