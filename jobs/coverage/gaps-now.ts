import { type Range, within, without } from "#core/coverage/range.ts";
import type { GapRow } from "#jobs/coverage/coverage-row.ts";
import { unstoredGaps } from "#jobs/coverage/examine-life.ts";
import type { PartitionContext } from "#jobs/coverage/partition-context.ts";
import { readBatchesIn } from "#jobs/coverage/read-batches.ts";
import { type LifeWindow, readShortBatches, readStoredRanges } from "#jobs/coverage/stored-rows.ts";
import { surveyOffsets } from "#runtime/kafka/survey.ts";

/**
 * What is left of the gaps of one life that are on record: without what was ingested since, and as declared what an
 * operator gave up since.
 */
export async function gapsNow(
  context: PartitionContext,
  onRecord: readonly GapRow[],
  life: LifeWindow,
): Promise<readonly GapRow[]> {
  const left: GapRow[] = [];
  for (const gap of onRecord.filter(({ verdict }) => verdict !== "resolved")) {
    const parts = await LEFT_OF[gap.verdict]?.(context, gap, life);
    left.push(...(parts ?? (await notStored(context, gap, life))));
  }
  return left.flatMap((gap) => withDeclared(gap, context.declared));
}

/** What is left of a gap depends on what it lacks. */
const LEFT_OF: Readonly<
  Record<string, (context: PartitionContext, gap: GapRow, life: LifeWindow) => Promise<readonly GapRow[]>>
> = {
  // Kafka's log is what lacks them: that is over once retention would have taken them too.
  removed: async ({ low }, gap) => partsOf(gap, within(gap, [{ from: low, to: gap.to }])),
  unlisted: async (context, gap, life) => partsOf(gap, without(gap, await batchesIn(context, gap, life))),
  // Of a batch whose rows lack, only the offsets that lack are left.
  unstored: async (context, gap, life) => {
    const batches = await batchesIn(context, gap, life);
    const short = await readShortBatches(context.clickhouse, context.at, batches, life);
    const unstored = await unstoredGaps(context, short, life);
    return unstored.flatMap((one) => partsOf(one, within(gap, [one])));
  },
};

/** A batch alone is no answer: it may reach over the gap. What came with the records, such as markers, is none either. */
async function notStored(
  context: PartitionContext,
  gap: GapRow,
  life: LifeWindow,
): Promise<readonly GapRow[]> {
  const stored = await readStoredRanges(context.clickhouse, context.at, gap, life);
  if (stored.length === 0) return [gap];
  const left: Range[] = [];
  for (const part of without(gap, stored)) {
    const isHeld = life.untilMs === null && part.from >= context.low && part.to < context.high;
    const held = isHeld ? await surveyOffsets(context.fetcher, part) : null;
    left.push(...without(part, held === null ? [] : [...held.control, ...held.aborted, ...held.compacted]));
  }
  return partsOf(gap, left);
}

async function batchesIn({ clickhouse, at }: PartitionContext, gap: GapRow, life: LifeWindow) {
  const found = await readBatchesIn(clickhouse, at, gap);
  return found.filter(
    ({ firstAppendMs }) =>
      firstAppendMs >= life.sinceMs && (life.untilMs === null || firstAppendMs < life.untilMs),
  );
}

/** The same gap, of less. */
export function partsOf(gap: GapRow, parts: readonly Range[]): readonly GapRow[] {
  return parts.map((range) => ({ ...gap, ...range }));
}

function withDeclared(gap: GapRow, declared: readonly Range[]): readonly GapRow[] {
  return [
    ...within(gap, declared).map((range) => ({ ...gap, ...range, verdict: "declared" })),
    ...without(gap, declared).map((range) => ({ ...gap, ...range })),
  ];
}
