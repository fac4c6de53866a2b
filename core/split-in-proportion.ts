/**
 * Splits a whole number in proportion to weights of one sign, so that the parts add up to it exactly: each gets its share
 * rounded towards zero, and the units that are left go to the largest remainders, the first of equal ones first.
 */
export function splitInProportion(whole: bigint, weights: readonly bigint[]): bigint[] {
  if (!areOfOneSign(weights)) throw new Error("weights of both signs have no shares");
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) throw new Error("nothing to split by");
  const size = magnitude(whole);
  const shares = weights.map((weight) => size * magnitude(weight));
  const divisor = magnitude(total);
  const parts = shares.map((share) => share / divisor);
  let left = size - parts.reduce((sum, part) => sum + part, 0n);
  const byRemainder = shares
    .map((share, at) => ({ at, remainder: share % divisor }))
    .sort((a, b) => (a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1));
  for (const { at } of byRemainder) {
    if (left === 0n) break;
    parts[at] = (parts[at] ?? 0n) + 1n;
    left -= 1n;
  }
  return whole < 0n ? parts.map((part) => -part) : parts;
}

export function areOfOneSign(weights: readonly bigint[]): boolean {
  return weights.every((weight) => weight >= 0n) || weights.every((weight) => weight <= 0n);
}

const magnitude = (value: bigint) => (value < 0n ? -value : value);
