import { isUnexplained } from "#core/coverage/verdicts.ts";
import type { GapRow, SequenceGapRow } from "#jobs/coverage/coverage-row.ts";
import { readGaps, readSequenceGaps } from "#jobs/coverage/read-coverage.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface KnownGaps {
  readonly offsets: readonly GapRow[];
  readonly numbers: readonly SequenceGapRow[];
}

/** What is on record of topics and not resolved, in the order of position. */
export async function readKnownGaps(
  clickhouse: Pick<ClickHouse, "query">,
  topics: readonly string[],
): Promise<KnownGaps> {
  const offsets: GapRow[] = [];
  const numbers: SequenceGapRow[] = [];
  for (const topic of topics) {
    offsets.push(...(await readGaps(clickhouse, topic)));
    numbers.push(...(await readSequenceGaps(clickhouse, topic)));
  }
  const isOpen = ({ verdict }: { readonly verdict: string }) => verdict !== "resolved";
  return {
    offsets: offsets
      .filter(isOpen)
      .toSorted((a, b) => a.partition - b.partition || a.lifeMs - b.lifeMs || Number(a.from - b.from)),
    numbers: numbers.filter(isOpen).toSorted((a, b) => a.afterMs - b.afterMs || Number(a.from - b.from)),
  };
}

/** How many offsets or numbers nothing explains. */
export function countMissing(
  gaps: readonly { readonly verdict: string; readonly from: bigint; readonly to: bigint }[],
): number {
  return gaps
    .filter(({ verdict }) => isUnexplained(verdict))
    .reduce((sum, { from, to }) => sum + Number(to - from + 1n), 0);
}
