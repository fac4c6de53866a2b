/**
 * Exact fractions for tests: money worked out as on paper, with no fixed scale, so that it is another way than the
 * code's whole numbers of 1e-12.
 */
export interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

export function ratio(decimal: string): Ratio {
  const point = decimal.indexOf(".");
  const places = point === -1 ? 0 : decimal.length - point - 1;
  return { over: BigInt(decimal.replace(".", "")), under: 10n ** BigInt(places) };
}

export function plus(left: Ratio, right: Ratio): Ratio {
  return { over: left.over * right.under + right.over * left.under, under: left.under * right.under };
}

export function times(left: Ratio, right: Ratio): Ratio {
  return { over: left.over * right.over, under: left.under * right.under };
}

export function same(left: Ratio, right: Ratio): boolean {
  return left.over * right.under === right.over * left.under;
}
