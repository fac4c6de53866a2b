import type { Range } from "#core/coverage/range.ts";

/** What one batch covered. */
export interface CoveredBatch extends Range {
  /** Kafka records in the range: fewer than offsets where some hold control records or nothing. */
  readonly records: bigint;
  readonly elements: bigint;
  readonly accepted: bigint;
  readonly rejected: bigint;
  readonly firstAppendMs: number;
  readonly lastAppendMs: number;
  readonly ingestedAtMs: number;
}

/** One life of a partition: a topic that is deleted and made anew counts its offsets from 0 again. */
export interface Life<Batch extends CoveredBatch = CoveredBatch> {
  /** The append time of its first batch; 0 for the first life that is known. */
  readonly sinceMs: number;
  /** In the order of offsets. */
  readonly batches: readonly Batch[];
}

/** The life that a partition was last seen in. */
export interface LifeSoFar {
  readonly sinceMs: number;
  readonly through: bigint;
  readonly lastAppendMs: number;
}

/**
 * Sorts batches into lives. A new one begins where offsets start again with later append times than all before: a
 * batch at lower offsets and earlier times fills a hole of the life that it is of.
 */
export function livesOf<Batch extends CoveredBatch>(
  batches: readonly Batch[],
  soFar: LifeSoFar | null,
): readonly Life<Batch>[] {
  const lives: { sinceMs: number; batches: Batch[] }[] = [{ sinceMs: soFar?.sinceMs ?? 0, batches: [] }];
  let through = soFar?.through ?? -1n;
  let lastAppendMs = soFar?.lastAppendMs ?? 0;
  const ordered = batches.toSorted(
    (a, b) =>
      a.ingestedAtMs - b.ingestedAtMs || a.firstAppendMs - b.firstAppendMs || (a.from < b.from ? -1 : 1),
  );
  for (const batch of ordered) {
    const isAnew = batch.from <= through && batch.firstAppendMs > lastAppendMs;
    if (isAnew) {
      lives.push({ sinceMs: batch.firstAppendMs, batches: [] });
      through = -1n;
    }
    lives.at(-1)?.batches.push(batch);
    if (batch.to > through) through = batch.to;
    lastAppendMs = Math.max(lastAppendMs, batch.lastAppendMs);
  }
  return lives.map(({ sinceMs, batches: own }) => ({
    sinceMs,
    batches: own.toSorted((a, b) => (a.from < b.from ? -1 : 1)),
  }));
}
