import { type Explained, judgeHole, NOTHING_EXPLAINED } from "#core/coverage/judge-hole.ts";
import type { CoveredBatch } from "#core/coverage/lives.ts";
import { type Range, without } from "#core/coverage/range.ts";
import type { GapRow, PartitionState } from "#jobs/coverage/coverage-row.ts";
import type { PartitionContext } from "#jobs/coverage/partition-context.ts";
import { type LifeWindow, readShortBatches, readStoredRanges } from "#jobs/coverage/stored-rows.ts";
import { NOTHING_HELD, type Survey, surveyOffsets } from "#runtime/kafka/survey.ts";

/** A hole with what lies around it. */
interface Hole extends Range {
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
  /** Inside a batch: the ingester read past it without a break, and all that it stored is there. */
  readonly isInner: boolean;
}

export interface Examined {
  readonly state: PartitionState;
  readonly gaps: readonly GapRow[];
}

/**
 * Goes on from where a life of a partition was examined, over the batches that were written since: each offset up to
 * the last of them was stored, is explained, or is a gap. What was not ingested yet lies behind them and is none.
 * @param isHeld Kafka still holds this life; else nobody can be asked about its offsets
 */
export async function examineLife(
  context: PartitionContext,
  before: PartitionState,
  batches: readonly CoveredBatch[],
  life: LifeWindow & { readonly isHeld: boolean },
): Promise<Examined> {
  const fresh = batches.filter(({ to }) => to > before.through);
  const short = await readShortBatches(context.clickhouse, context.at, fresh, life);
  const unstored = await unstoredGaps(context, short, life);
  const holes = [...outerHoles(before, fresh), ...(await innerHoles(context, fresh, short, life))];
  const gaps: GapRow[] = [];
  let explained: Explained = NOTHING_EXPLAINED;
  let through = fresh.at(-1)?.to ?? before.through;
  const survey = createSurvey(context.fetcher, fresh.at(-1)?.to ?? 0n);
  for (const hole of holes.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const judged = await judge(context, hole, life, survey);
    gaps.push(...judged.gaps);
    explained = plus(explained, judged.explained);
    if (judged.through < hole.to) {
      // More than one look can take in: the next goes on from here.
      through = judged.through;
      break;
    }
  }
  const done = fresh.filter(({ to }) => to <= through);
  const isWhole = (gap: GapRow) => gap.to <= through;
  return {
    gaps: [...gaps, ...unstored.filter(isWhole)],
    state: { ...advanced(before, done, through), ...plus(before, explained) },
  };
}

function outerHoles(before: PartitionState, batches: readonly CoveredBatch[]): Hole[] {
  const holes: Hole[] = [];
  let next = before.through + 1n;
  let afterMs = before.coveredTo < 0n ? null : before.lastAppendMs;
  for (const batch of batches) {
    if (batch.from > next)
      holes.push({ from: next, to: batch.from - 1n, afterMs, beforeMs: batch.firstAppendMs, isInner: false });
    if (batch.to >= next) next = batch.to + 1n;
    afterMs = batch.lastAppendMs;
  }
  return holes;
}

/** Places between the records of batches that are stored in full. */
async function innerHoles(
  { clickhouse, at }: PartitionContext,
  batches: readonly CoveredBatch[],
  short: readonly CoveredBatch[],
  life: LifeWindow,
): Promise<Hole[]> {
  const loose = batches.filter(
    (batch) => batch.to - batch.from + 1n > batch.records && !short.includes(batch),
  );
  const [first, last] = [loose[0], loose.at(-1)];
  if (first === undefined || last === undefined) return [];
  const stored = await readStoredRanges(clickhouse, at, { from: first.from, to: last.to }, life);
  return loose.flatMap((batch) =>
    without(batch, stored).map(({ from, to }) => ({
      ...{ from, to, isInner: true },
      ...{ afterMs: batch.firstAppendMs, beforeMs: batch.lastAppendMs },
    })),
  );
}

/** What batches say was stored, and is not there: the offsets, or where single elements lack, the whole batch. */
export async function unstoredGaps(
  { clickhouse, at }: PartitionContext,
  short: readonly CoveredBatch[],
  life: LifeWindow,
): Promise<readonly GapRow[]> {
  const gaps: GapRow[] = [];
  for (const batch of short) {
    const absent = without(batch, await readStoredRanges(clickhouse, at, batch, life));
    const ranges = absent.length > 0 ? absent : [batch];
    const detail = `the batch of offsets ${batch.from} to ${batch.to} has ${batch.records} records in ${batch.elements} elements`;
    for (const { from, to } of ranges)
      gaps.push({
        ...{ ...at, lifeMs: life.sinceMs, from, to, verdict: "unstored", detail },
        ...{ afterMs: batch.firstAppendMs, beforeMs: batch.lastAppendMs },
      });
  }
  return gaps;
}

const GONE = "the topic was deleted before Kafka could be asked about them; they may have held no record";

/** Asks Kafka about the part of a hole that its log still reaches. */
async function judge(
  context: PartitionContext,
  hole: Hole,
  life: LifeWindow & { readonly isHeld: boolean },
  survey: (hole: Range) => Promise<Survey>,
): Promise<{ gaps: readonly GapRow[]; explained: Explained; through: bigint }> {
  const { at, clickhouse, declared, isCompacting, isOurs } = context;
  // Of a life that Kafka holds no more, everything lies before its begin.
  const low = life.isHeld ? context.low : hole.to + 1n;
  const from = hole.from > low ? hole.from : low;
  const held = from > hole.to ? NOTHING_HELD : await survey({ from, to: hole.to });
  const through = held.through < hole.to && from <= hole.to ? held.through : hole.to;
  const looked = { from: hole.from, to: through };
  const isExcused = hole.isInner || (!isOurs && hole.from === 0n);
  const facts = { held, low, declared, stored: [], isExcused, isCompacting };
  let judged = judgeHole(looked, facts);
  // Most holes are markers of transactions: only for the others it matters whether rows lie there without a batch.
  if (judged.gaps.length > 0 && !hole.isInner)
    judged = judgeHole(looked, { ...facts, stored: await readStoredRanges(clickhouse, at, hole, life) });
  const { lifeMs, ...times } = { lifeMs: life.sinceMs, afterMs: hole.afterMs, beforeMs: hole.beforeMs };
  return {
    through,
    explained: judged.explained,
    gaps: judged.gaps.map((gap) => ({ ...at, lifeMs, ...gap, ...times, detail: life.isHeld ? "" : GONE })),
  };
}

/** Transactions leave a hole each: one look at the log serves those that lie close together. */
const LOOK_AHEAD_OFFSETS = 5_000n;

function createSurvey(fetcher: PartitionContext["fetcher"], end: bigint) {
  let last = NOTHING_HELD;
  let lastFrom = 0n;
  return async ({ from, to }: Range): Promise<Survey> => {
    if (from < lastFrom || to > last.through) {
      const ahead = from + LOOK_AHEAD_OFFSETS < end ? from + LOOK_AHEAD_OFFSETS : end;
      last = await surveyOffsets(fetcher, { from, to: ahead > to ? ahead : to });
      lastFrom = from;
    }
    return last;
  };
}

function advanced(
  before: PartitionState,
  done: readonly CoveredBatch[],
  through: bigint,
): Omit<PartitionState, keyof Explained> {
  const sum = (pick: (batch: CoveredBatch) => bigint) => done.reduce((total, one) => total + pick(one), 0n);
  return {
    ...before,
    through,
    coveredTo: done.at(-1)?.to ?? before.coveredTo,
    records: before.records + sum((one) => one.records),
    accepted: before.accepted + sum((one) => one.accepted),
    rejected: before.rejected + sum((one) => one.rejected),
    firstAppendMs: before.firstAppendMs ?? done[0]?.firstAppendMs ?? null,
    lastAppendMs: Math.max(before.lastAppendMs, ...done.map((one) => one.lastAppendMs)),
  };
}

function plus(a: Explained, b: Explained): Explained {
  return {
    control: a.control + b.control,
    aborted: a.aborted + b.aborted,
    compacted: a.compacted + b.compacted,
    unseen: a.unseen + b.unseen,
  };
}
