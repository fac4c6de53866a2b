import type { Money } from "#core/money.ts";
import { isSmall, type Unexplained } from "#core/reconcile/compared-row.ts";
import { daysAfter } from "#core/reconcile/utc-day.ts";

/**
 * Runs of days that follow each other, of one model, whose differences cancel in every meter (in dollars where there
 * are no tokens): the sides put the same calls on other days. By row, the days of its run.
 */
export function findDayEdges(
  rows: readonly Unexplained[],
  tolerance: Money,
): ReadonlyMap<Unexplained, string> {
  const found = new Map<Unexplained, string>();
  const off = rows.filter(({ isWithin }) => !isWithin);
  const byModel = Map.groupBy(off, ({ platform, model }) => JSON.stringify([platform, model]));
  for (const series of byModel.values()) {
    const sorted = series.toSorted((a, b) => (a.day < b.day ? -1 : 1));
    for (let start = 0; start < sorted.length; ) {
      const run = cancellingRun(sorted, start, tolerance);
      for (const row of run) found.set(row, `${run[0]?.day} to ${run.at(-1)?.day}`);
      start += Math.max(1, run.length);
    }
  }
  return found;
}

/** The shortest run from `start` on that cancels; empty where none does. */
function cancellingRun(
  sorted: readonly Unexplained[],
  start: number,
  tolerance: Money,
): readonly Unexplained[] {
  const sums = new Map<string, bigint>();
  for (let at = start; at < sorted.length; at += 1) {
    const row = sorted[at];
    const before = sorted[at - 1];
    if (row === undefined) break;
    if (at > start && before !== undefined && daysAfter(before.day, 1) !== row.day) break;
    for (const [name, value] of differences(row)) sums.set(name, (sums.get(name) ?? 0n) + value);
    const { usd = 0n, ...tokens } = Object.fromEntries(sums);
    const run = sorted.slice(start, at + 1);
    const cancels = Object.values(tokens).every((value) => value === 0n);
    // Dollars of shifted calls cancel up to what each day's rounding leaves.
    const leftUsd = tolerance * BigInt(run.length);
    if (run.length > 1 && cancels && isSmall(usd as Money, leftUsd as Money) && run.every(isOff)) return run;
  }
  return [];
}

function differences(row: Unexplained): readonly [string, bigint][] {
  const tokens = (row.pairs ?? []).map(({ name, theirs, ours }): [string, bigint] => [name, theirs - ours]);
  return [...tokens, ["usd", row.costDifference ?? 0n]];
}

const isOff = (row: Unexplained) => differences(row).some(([, value]) => value !== 0n);
