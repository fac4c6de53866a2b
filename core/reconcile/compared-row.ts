import { type Money, ZERO } from "#core/money.ts";
import type { Finding } from "#core/reconcile/causes.ts";
import type { InvoiceLine, InvoiceMeter } from "#core/reconcile/invoice.ts";
import { areEqual, type MeterPair, pairMeters, tokensOf } from "#core/reconcile/meter-differences.ts";
import { type OurRow, type OurSums, sumOurs } from "#core/reconcile/ours.ts";
import { sumTheirs, type TheirSums } from "#core/reconcile/their-sums.ts";

/** A day and a model (and a platform, where the document tells it), both sides side by side. */
export interface ComparedRow {
  readonly day: string;
  readonly platform: string | null;
  readonly model: string;
  readonly lines: readonly InvoiceLine[];
  readonly rows: readonly OurRow[];
  readonly theirs: TheirSums;
  readonly ours: OurSums;
  /** null: the document states no tokens for it. */
  readonly pairs: readonly MeterPair[] | null;
  /** Theirs less ours; null: the document states no cost for it. */
  readonly costDifference: Money | null;
  readonly isWithin: boolean;
  /** null: there is nothing to explain. */
  readonly finding: Finding | null;
}
export type Unexplained = Omit<ComparedRow, "finding">;

export interface Key {
  readonly day: string;
  readonly platform: string | null;
  readonly model: string;
}

/** Lays the two sides of one key beside each other. */
export function compareKey(
  key: Key,
  lines: readonly InvoiceLine[],
  rows: readonly OurRow[],
  given: {
    readonly states: readonly InvoiceMeter[];
    readonly toleranceUsd: Money;
    readonly statesCost: boolean;
  },
): Unexplained {
  const ours = sumOurs(rows);
  const theirs = lines.length === 0 ? nothingOf(given) : sumTheirs(lines);
  const pairs = pairMeters(theirs, ours, given.states);
  const costDifference = theirs.costUsd === null ? null : ((theirs.costUsd - ours.costUsd) as Money);
  const isWithin =
    isSmall(costDifference, given.toleranceUsd) &&
    areTokensWithin(pairs, { theirs, ours }, given.toleranceUsd);
  return { ...key, lines, rows, theirs, ours, pairs, costDifference, isWithin };
}

/** A document that says nothing of a day and model says that there was none. */
function nothingOf({
  states,
  statesCost,
}: {
  states: readonly InvoiceMeter[];
  statesCost: boolean;
}): TheirSums {
  return { meters: states.length > 0 ? new Map() : null, costUsd: statesCost ? ZERO : null, costs: [] };
}

export function isSmall(amount: Money | null, tolerance: Money): boolean {
  return amount === null || (amount <= tolerance && -amount <= tolerance);
}

/** A difference of tokens is worth what a token of that day and model costs on average, on the side that knows. */
function areTokensWithin(
  pairs: readonly MeterPair[] | null,
  { theirs, ours }: { theirs: TheirSums; ours: OurSums },
  tolerance: Money,
): boolean {
  if (pairs === null || areEqual(pairs)) return true;
  const off = pairs.reduce((total, pair) => total + magnitude(pair.theirs - pair.ours), 0n);
  const [theirTokens, ourTokens] = [tokensOf(pairs, "theirs"), tokensOf(pairs, "ours")];
  const worth = [
    ...(theirs.costUsd !== null && theirs.costUsd > 0n && theirTokens > 0n
      ? [(off * theirs.costUsd) / theirTokens]
      : []),
    ...(ours.costUsd > 0n && ourTokens > 0n ? [(off * ours.costUsd) / ourTokens] : []),
  ];
  return worth.length > 0 && worth.every((amount) => amount <= tolerance);
}

export const magnitude = (value: bigint) => (value < 0n ? -value : value);
