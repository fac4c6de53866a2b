import { addMoney, type Money } from "#core/money.ts";
import type { Cause } from "#core/reconcile/causes.ts";
import type { ComparedRow } from "#core/reconcile/compared-row.ts";
import { tokensOf } from "#core/reconcile/meter-differences.ts";

/** Sums of rows; null: no row of them states it. */
export interface Sums {
  readonly rows: number;
  readonly theirTokens: bigint | null;
  readonly ourTokens: bigint | null;
  readonly theirCostUsd: Money | null;
  readonly ourCostUsd: Money;
  readonly costDifferenceUsd: Money | null;
}

export function sumsOf(rows: readonly ComparedRow[]): Sums {
  const paired = rows.flatMap(({ pairs }) => (pairs === null ? [] : [pairs]));
  const tokens = (side: "theirs" | "ours") =>
    paired.length === 0 ? null : paired.reduce((total, pairs) => total + tokensOf(pairs, side), 0n);
  const costs = rows.flatMap(({ theirs }) => (theirs.costUsd === null ? [] : [theirs.costUsd]));
  const differences = rows.flatMap(({ costDifference }) => (costDifference === null ? [] : [costDifference]));
  return {
    rows: rows.length,
    theirTokens: tokens("theirs"),
    ourTokens: tokens("ours"),
    theirCostUsd: costs.length === 0 ? null : addMoney(costs),
    ourCostUsd: addMoney(rows.map(({ ours }) => ours.costUsd)),
    costDifferenceUsd: differences.length === 0 ? null : addMoney(differences),
  };
}

/** The differences by cause, those that move most dollars first. */
export function byCause(
  rows: readonly ComparedRow[],
): readonly { readonly cause: Cause; readonly sums: Sums }[] {
  const off = rows.flatMap((row) => (row.finding === null ? [] : [{ cause: row.finding.cause, row }]));
  const size = ({ costDifferenceUsd }: Sums) => {
    const usd = costDifferenceUsd ?? 0n;
    return usd < 0n ? -usd : usd;
  };
  return [...Map.groupBy(off, ({ cause }) => cause)]
    .map(([cause, some]) => ({ cause, sums: sumsOf(some.map(({ row }) => row)) }))
    .sort((a, b) =>
      size(a.sums) < size(b.sums) ? 1 : size(a.sums) > size(b.sums) ? -1 : a.cause < b.cause ? -1 : 1,
    );
}
