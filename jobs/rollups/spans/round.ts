import { newestBlocks } from "#jobs/rollups/dirty.ts";
import type { RollupStore } from "#jobs/rollups/round.ts";
import { recomputeSpans } from "#jobs/rollups/spans/recompute-spans.ts";
import { staleSpans } from "#jobs/rollups/spans/stale-spans.ts";

export interface SpansRound {
  /** Each statement that recomputed: how many stretches it made, and how long it took. */
  readonly turns: readonly { readonly spans: number; readonly ms: number }[];
}

/** The newest block of each month when it was last looked at in whole; kept by the process, and only saves looking. */
export type MonthsSeen = Map<string, bigint>;

/** So long after its end a stretch is made: what comes later makes it stale, and it is made again. */
const SETTLED_MS = 600_000;
/** Records without a time; nothing of it counts then. */
const UNDATED = "197001";

/**
 * Makes the stretches that have passed and are not, or not any more, what `cost_5m` has of them. Which those are the
 * two tables tell, so a round may end anywhere, be repeated, or be done by two at once.
 */
export async function rollUpSpans(
  { clickhouse, clock }: { readonly clickhouse: RollupStore; readonly clock: () => Date },
  seen: MonthsSeen,
  signal: AbortSignal,
): Promise<SpansRound> {
  const settledMs = clock().getTime() - SETTLED_MS;
  const turns: { spans: number; ms: number }[] = [];
  for (const [month, block] of await newestBlocks(clickhouse, "cost_5m_v1")) {
    const { first, end } = daysOf(month);
    const isOver = Date.parse(`${end}T00:00:00Z`) <= settledMs;
    if (month === UNDATED || seen.get(month) === block) continue;
    const stale = (await staleSpans(clickhouse, { first, end }, signal)).filter(
      ({ day, ends }) => Date.parse(`${day}T00:00:00Z`) + ends * 1000 <= settledMs,
    );
    for (const [day, spans] of Map.groupBy(stale, (span) => span.day)) {
      signal.throwIfAborted();
      const beganMs = performance.now();
      await recomputeSpans(clickhouse, { day, spans, now: clock() });
      turns.push({ spans: spans.length, ms: performance.now() - beganMs });
    }
    // Of a month that goes on, time alone makes more due.
    if (isOver) seen.set(month, block);
  }
  return { turns };
}

function daysOf(month: string): { first: string; end: string } {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(4))];
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return { first: dayOf(Date.UTC(year, number - 1)), end: dayOf(Date.UTC(year, number)) };
}
