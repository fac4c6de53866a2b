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
  const known = { offsets: [] as GapRow[], numbers: [] as SequenceGapRow[] };
  for (const topic of topics.toSorted()) {
    const offsets = (await readGaps(clickhouse, topic)).filter(isOpen);
    const numbers = (await readSequenceGaps(clickhouse, topic)).filter(isOpen);
    known.offsets.push(
      ...offsets.toSorted(
        (a, b) => a.partition - b.partition || a.lifeMs - b.lifeMs || Number(a.from - b.from),
      ),
    );
    known.numbers.push(
      ...numbers.toSorted(
        (a, b) => compare(a.source, b.source) || compare(a.producer, b.producer) || Number(a.from - b.from),
      ),
    );
  }
  return known;
}

const isOpen = ({ verdict }: { readonly verdict: string }): boolean => verdict !== "resolved";
/** By code unit, so that no locale changes an order. */
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** How many offsets or numbers nothing explains. */
export function countMissing(
  gaps: readonly { readonly verdict: string; readonly from: bigint; readonly to: bigint }[],
): number {
  return gaps
    .filter(({ verdict }) => isUnexplained(verdict))
    .reduce((sum, { from, to }) => sum + Number(to - from + 1n), 0);
}
