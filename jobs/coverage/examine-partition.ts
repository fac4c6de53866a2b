import { gapChanges } from "#core/coverage/gap-changes.ts";
import { judgeHole } from "#core/coverage/judge-hole.ts";
import { type CoveredBatch, livesOf } from "#core/coverage/lives.ts";
import { type Range, without } from "#core/coverage/range.ts";
import type { GapRow, PartitionState } from "#jobs/coverage/coverage-row.ts";
import { examineLife } from "#jobs/coverage/examine-life.ts";
import { type FreshRange, filledOf, withFilled } from "#jobs/coverage/filled.ts";
import { gapsNow, partsOf } from "#jobs/coverage/gaps-now.ts";
import { livesInKafka } from "#jobs/coverage/made-anew.ts";
import { NEW_LIFE, type PartitionContext, soFarOf, windowOf } from "#jobs/coverage/partition-context.ts";
import { BATCHES_MAX, readBatchesBehind } from "#jobs/coverage/read-batches.ts";
import { walkLog } from "#jobs/coverage/walk-log.ts";
import { NOTHING_HELD, type Survey, surveyOffsets } from "#runtime/kafka/survey.ts";

export interface PartitionNews {
  /** What changed, oldest life first. */
  readonly partitions: readonly PartitionState[];
  readonly gaps: readonly GapRow[];
  /** Offsets whose records were taken into account for the first time. */
  readonly fresh: readonly FreshRange[];
  /** Everything that Kafka appended up to here was looked at; null: everything that it has. */
  readonly settledMs: number | null;
  /** There is more than one look takes in. */
  readonly hasMore: boolean;
}

/** Compares what Kafka, the batches and the stored records say of one partition, from where the last look ended. */
export async function examinePartition(given: PartitionContext): Promise<PartitionNews> {
  const { at, clickhouse, lives: onRecord } = given;
  const before = onRecord.at(-1) ?? { ...at, lifeMs: 0, ...NEW_LIFE };
  const batches = await readBatchesBehind(clickhouse, at, before);
  // Batches of after Kafka was asked would look like those of a topic that is no more.
  const isBehind = batches.some(({ to }) => to >= given.high);
  const context = isBehind ? { ...given, high: await given.fetcher.high() } : given;
  const { lives, isHeld } = await livesInKafka(context, livesOf(batches, soFarOf(before)), before.coveredTo);
  const known = [...onRecord.map(({ lifeMs }) => lifeMs), ...lives.map(({ sinceMs }) => sinceMs)];
  const lastOf = (list: readonly CoveredBatch[]) => list.at(-1)?.to ?? before.coveredTo;
  const states: PartitionState[] = [];
  const found: GapRow[] = [];
  const fresh: FreshRange[] = [];
  for (const [index, life] of lives.entries()) {
    const isHere = isHeld && index === lives.length - 1;
    const start = index === 0 ? before : { ...at, ...NEW_LIFE, lifeMs: life.sinceMs };
    const window = { ...windowOf(known, life.sinceMs), isHeld: isHere };
    const examined = await examineLife(context, start, life.batches, window);
    found.push(...examined.gaps);
    states.push(examined.state);
    if (examined.state.coveredTo > start.coveredTo)
      fresh.push({ from: start.coveredTo + 1n, to: examined.state.coveredTo, lifeMs: life.sinceMs });
  }
  const newest = states.at(-1) ?? before;
  const hasMore = batches.length >= BATCHES_MAX || newest.through < lastOf(lives.at(-1)?.batches ?? []);
  const tail = isHeld && !hasMore ? await withTail(context, newest) : null;
  if (tail !== null) {
    found.push(...tail.gaps);
    states[states.length - 1] = tail.state;
    if (context.readsWholeLog) {
      const absent = await walkLog(context, newest.lifeMs);
      found.push(...absent.flatMap((gap) => partsOf(gap, without(gap, found))));
    }
  }
  return newsOf(context, { states, found, fresh, known }, tail, hasMore);
}

async function newsOf(
  context: PartitionContext,
  look: {
    readonly states: readonly PartitionState[];
    readonly found: readonly GapRow[];
    readonly fresh: readonly FreshRange[];
    readonly known: readonly number[];
  },
  tail: Tail | null,
  hasMore: boolean,
): Promise<PartitionNews> {
  const { states, found, fresh, known } = look;
  const gaps: GapRow[] = [];
  const filled: FreshRange[] = [];
  for (const lifeMs of new Set([...context.gaps, ...found].map((gap) => gap.lifeMs))) {
    const onRecord = context.gaps.filter((gap) => gap.lifeMs === lifeMs);
    const still = await gapsNow(context, onRecord, windowOf(known, lifeMs));
    // What is on record already keeps its name, whatever else would be found of it now.
    const more = found
      .filter((gap) => gap.lifeMs === lifeMs)
      .flatMap((gap) => partsOf(gap, without(gap, still)));
    gaps.push(...gapChanges(onRecord, [...still, ...more]));
    filled.push(...filledOf(onRecord, still).map((range) => ({ ...range, lifeMs })));
  }
  const last = states.at(-1);
  const isNothingIngested = (last?.coveredTo ?? -1n) < 0n && context.high > 0n && tail === null;
  const isSettled = tail !== null ? tail.isCaughtUp : !hasMore && !isNothingIngested;
  const counted = await withFilled(context, states, filled, known);
  return {
    gaps,
    fresh: [...fresh, ...filled],
    partitions: counted.filter((state) => state.through >= 0n && isNew(state, context.lives)),
    settledMs: isSettled ? null : (last?.lastAppendMs ?? 0),
    hasMore,
  };
}

function isNew(state: PartitionState, onRecord: readonly PartitionState[]): boolean {
  const old = onRecord.find(({ lifeMs }) => lifeMs === state.lifeMs);
  const { through, coveredTo, records } = state;
  return old?.through !== through || old.coveredTo !== coveredTo || old.records !== records;
}

interface Tail {
  readonly state: PartitionState;
  readonly gaps: readonly GapRow[];
  /** Kafka has no record that was not ingested. */
  readonly isCaughtUp: boolean;
}

/**
 * What lies behind the last batch. Records there are not ingested yet and no gap. What retention took before they were
 * ingested is one; markers of transactions are explained while Kafka still has them, which no batch would ever do.
 */
async function withTail(context: PartitionContext, state: PartitionState): Promise<Tail> {
  const { at, low, high, declared, isOurs, fetcher } = context;
  const next = state.through + 1n;
  const start = low > next ? low : next;
  const held = start < high ? await surveyOffsets(fetcher, { from: start, to: high - 1n }, 1) : NOTHING_HELD;
  const run = harmlessRun(held, start);
  const end = run.to >= start ? run.to : start - 1n;
  const damaged = held.unreadable.filter(({ from }) => from === end + 1n);
  const hole = { from: next, to: damaged[0]?.to ?? end };
  const isExcused = !isOurs && state.coveredTo < 0n;
  const facts = { held, low, declared, stored: [], isExcused, isCompacting: false };
  const judged = judgeHole(hole, facts);
  const times = { afterMs: state.coveredTo < 0n ? null : state.lastAppendMs, beforeMs: held.firstAppendMs };
  const gaps = hole.from > hole.to ? [] : judged.gaps;
  const explained = hole.from > hole.to ? null : judged.explained;
  return {
    gaps: gaps.map((gap) => ({ ...at, lifeMs: state.lifeMs, ...gap, ...times, detail: "" })),
    isCaughtUp: end + 1n >= high,
    state: {
      ...state,
      // A damaged place is stood before, so it is looked at again.
      through: end,
      ...(explained !== null && {
        control: state.control + explained.control,
        aborted: state.aborted + explained.aborted,
        compacted: state.compacted + explained.compacted,
        unseen: state.unseen + explained.unseen,
      }),
    },
  };
}

/** The offsets from a place on that hold no record for us, up to the first that does. */
function harmlessRun(held: Survey, from: bigint): Range {
  const harmless = [...held.control, ...held.aborted, ...held.compacted];
  const whole = { from, to: held.through };
  const [first] = without(whole, harmless);
  return { from, to: first === undefined ? held.through : first.from - 1n };
}
