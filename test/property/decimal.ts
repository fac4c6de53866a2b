import type { Ratio } from "#test/core/ratio.ts";

/**
 * A fraction as the nearest decimal of 12 places, halves to the even one, written without trailing zeros: worked out
 * from the two neighbours and their distances, and so another way than the code's remainder.
 */
export function nearest12({ over, under }: Ratio): string {
  const scaled = over * 10n ** 12n;
  const below = scaled / under;
  const [toBelow, toAbove] = [scaled - below * under, (below + 1n) * under - scaled];
  const isUp = toAbove < toBelow || (toAbove === toBelow && below % 2n === 1n);
  const digits = String(isUp ? below + 1n : below).padStart(13, "0");
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, "");
}
