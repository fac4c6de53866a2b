import type { CoveredBatch } from "#core/coverage/lives.ts";
import type { GapRow } from "#jobs/coverage/coverage-row.ts";
import type { PartitionContext } from "#jobs/coverage/partition-context.ts";

/** Enough for a batch of one record; Kafka sends the first batch of an answer whole, however large. */
const BYTES_LITTLE = 1;

/**
 * A topic that was deleted and made anew, and has grown beyond where the ingester was, looks like one that went on:
 * the ingester goes on in the middle, and what lies before was never read. The record at the end of the last batch
 * tells: it has another append time than the batch says. Null: it is the same topic.
 */
export async function madeAnew(
  { at, fetcher, low, high }: PartitionContext,
  last: CoveredBatch | null,
): Promise<GapRow | null> {
  if (last === null || last.to < low || last.to >= high) return null;
  const { places } = await fetcher.look(last.to, BYTES_LITTLE);
  const [there] = places;
  if (there?.offset !== last.to || there.kind === "unreadable") return null;
  if (there.appendTimeMs === last.lastAppendMs) return null;
  const first = (await fetcher.look(low, BYTES_LITTLE)).places[0];
  return {
    ...at,
    lifeMs: first?.appendTimeMs ?? there.appendTimeMs,
    from: low,
    to: last.to,
    verdict: "skipped",
    afterMs: last.lastAppendMs,
    beforeMs: there.appendTimeMs,
    detail: "the topic was made anew and has grown beyond what was ingested of the one before",
  };
}
