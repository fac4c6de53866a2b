import { type Range, within, without } from "#core/coverage/range.ts";
import type { GapRow } from "#jobs/coverage/coverage-row.ts";
import { unstoredGaps } from "#jobs/coverage/examine-life.ts";
import type { PartitionContext } from "#jobs/coverage/partition-context.ts";
import { readBatchesIn } from "#jobs/coverage/read-batches.ts";
import { type LifeWindow, readShortBatches } from "#jobs/coverage/stored-rows.ts";

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
  for (const gap of onRecord.filter(({ verdict }) => verdict !== "resolved"))
    left.push(...(await leftOf(context, gap, life)));
  return left;
}

async function leftOf(context: PartitionContext, gap: GapRow, life: LifeWindow): Promise<readonly GapRow[]> {
  const { at, clickhouse, declared, low } = context;
  // Kafka's log is what lacks them: that is over once retention would have taken them too.
  if (gap.verdict === "removed")
    return within(gap, [{ from: low, to: gap.to }]).flatMap((range) =>
      withDeclared({ ...gap, ...range }, declared),
    );
  const inGap = await readBatchesIn(clickhouse, at, gap);
  const batches = inGap.filter(
    ({ firstAppendMs }) =>
      firstAppendMs >= life.sinceMs && (life.untilMs === null || firstAppendMs < life.untilMs),
  );
  const isOfStore = gap.verdict === "unstored" || batches.length > 0;
  const short = isOfStore ? await readShortBatches(clickhouse, at, batches, life) : [];
  const unstored = await unstoredGaps(context, short, life);
  // Of a batch whose rows lack, only the offsets that lack are left.
  const rest = gap.verdict === "unstored" ? [] : without(gap, batches);
  return [
    ...unstored.flatMap((one) => within(gap, [one]).map((range) => ({ ...one, ...range }))),
    ...rest.map((range) => ({ ...gap, ...range })),
  ].flatMap((one) => withDeclared(one, declared));
}

function withDeclared(gap: GapRow, declared: readonly Range[]): readonly GapRow[] {
  return [
    ...within(gap, declared).map((range) => ({ ...gap, ...range, verdict: "declared" })),
    ...without(gap, declared).map((range) => ({ ...gap, ...range })),
  ];
}
