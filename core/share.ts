import { divideHalfEven, formatMoney, type Money } from "#core/money.ts";

/**
 * What part of a whole is in percent, with at most 4 decimals, half to even; null where there is no whole. Of amounts
 * below zero the sizes count.
 */
export function percentShare(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const size = (amount: bigint) => (amount < 0n ? -amount : amount);
  // In 1e-4 of a percent, which `formatMoney` writes once they are 1e-12.
  return formatMoney((divideHalfEven(size(part) * 1_000_000n, size(whole)) * 100_000_000n) as Money);
}
