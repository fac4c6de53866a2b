import { type Range, within, without } from "#core/coverage/range.ts";
import type { GapRow } from "#jobs/coverage/coverage-row.ts";
import type { PartitionContext } from "#jobs/coverage/partition-context.ts";
import { readBatchesIn } from "#jobs/coverage/read-batches.ts";
import { surveyOffsets } from "#runtime/kafka/survey.ts";

/**
 * Reads all that Kafka holds of a partition and names the offsets that are gone from the middle of it. Retention takes
 * only from the beginning, so somebody or something else did: `removed` where they were ingested before, else
 * `missing`. Of a compacted topic nothing is said: there it is how Kafka keeps house.
 */
export async function walkLog(context: PartitionContext, lifeMs: number): Promise<readonly GapRow[]> {
  const { at, clickhouse, fetcher, low, high, isCompacting } = context;
  const gaps: GapRow[] = [];
  let next = isCompacting ? high : low;
  while (next < high) {
    const survey = await surveyOffsets(fetcher, { from: next, to: high - 1n });
    for (const range of survey.absent) {
      const inRange = await readBatchesIn(clickhouse, at, range);
      const batches = inRange.filter(({ firstAppendMs }) => firstAppendMs >= lifeMs);
      const gap = { ...at, lifeMs, ...(await timesAround(fetcher, range)) };
      const detail = "it was ingested, and is gone from the middle of Kafka's log";
      gaps.push(
        ...within(range, batches).map((part) => ({ ...gap, ...part, verdict: "removed", detail })),
        ...without(range, batches).map((part) => ({ ...gap, ...part, verdict: "missing", detail: "" })),
      );
    }
    if (survey.through < next) break;
    next = survey.through + 1n;
  }
  return gaps;
}

/** Append times of what lies before a range and behind it. */
async function timesAround(fetcher: PartitionContext["fetcher"], { from, to }: Range) {
  const before = from === 0n ? null : await fetcher.look(from - 1n, BYTES_LITTLE);
  const behind = await fetcher.look(to + 1n, BYTES_LITTLE);
  return {
    afterMs: before?.places[0]?.appendTimeMs ?? null,
    beforeMs: behind.places[0]?.appendTimeMs ?? null,
  };
}

/** Kafka sends the first batch of an answer whole, however large. */
const BYTES_LITTLE = 1;
