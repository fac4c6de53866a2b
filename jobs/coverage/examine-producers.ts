import { gapChanges } from "#core/coverage/gap-changes.ts";
import { type Range, within } from "#core/coverage/range.ts";
import { HOLES_MAX, missingNumbers, type ProducerState, withSightings } from "#core/coverage/sequence.ts";
import type { ProducerKey, ProducerRow, SequenceGapRow } from "#jobs/coverage/coverage-row.ts";
import { readProducers, readSequenceGaps } from "#jobs/coverage/read-coverage.ts";
import { type FreshOffsets, readArrived, readSightings } from "#jobs/coverage/sightings.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

interface Times {
  readonly settledMs: number;
  readonly graceMs: number;
}

export interface ProducerNews {
  readonly producers: readonly ProducerRow[];
  readonly sequenceGaps: readonly SequenceGapRow[];
}

/** Compares the numbers that producers gave with those that are stored, by what was stored since the last look. */
export async function examineProducers(
  clickhouse: Pick<ClickHouse, "query">,
  topic: string,
  fresh: readonly FreshOffsets[],
  times: Times,
): Promise<ProducerNews> {
  const seen = await readSightings(clickhouse, topic, fresh);
  const names = [...new Set(seen.map(({ producer }) => producer))];
  const known = new Map(
    (await readProducers(clickhouse, topic, names)).map((row) => [keyOf(row), row] as const),
  );
  const onRecord = Map.groupBy(await readSequenceGaps(clickhouse, topic), keyOf);
  const producers: ProducerRow[] = [];
  for (const { source, producer, sightings } of seen) {
    const key = { topic, source, producer };
    const state = withSightings(known.get(keyOf(key))?.state ?? null, sightings);
    if (state === null) continue;
    producers.push({ ...key, state });
    known.set(keyOf(key), { ...key, state });
  }
  const sequenceGaps: SequenceGapRow[] = [];
  for (const [name, row] of known) {
    const had = onRecord.get(name) ?? [];
    const state = await withArrived(clickhouse, row, had, times);
    if (state !== row.state) producers.push({ ...row, state });
    sequenceGaps.push(...changesOf(row, state, had, times));
  }
  return { producers: lastOfEach(producers), sequenceGaps };
}

/** Numbers are not appended in their order, and gateways' own clocks may be behind. */
const EARLIER_MS = 24 * 60 * 60_000;

/**
 * Before a number is called missing for the first time, the store itself is asked. Two checkers at once may each have
 * seen what the other has not, and the newer of their rows is all that is known.
 */
async function withArrived(
  clickhouse: Pick<ClickHouse, "query">,
  { state, ...key }: ProducerRow,
  onRecord: readonly SequenceGapRow[],
  times: Times,
): Promise<ProducerState> {
  const isKnown = (hole: Range) =>
    onRecord.some((gap) => gap.verdict !== "resolved" && gap.from === hole.from && gap.to === hole.to);
  const holes = missingNumbers(state, times).filter((hole) => !isKnown(hole));
  const [first, last] = [holes[0], holes.at(-1)];
  if (first === undefined || last === undefined) return state;
  const since = { from: first.from, to: last.to, sinceMs: state.firstMs - EARLIER_MS };
  const arrived = await readArrived(clickhouse, key, since);
  const isFilled = holes.some((hole) => within(hole, arrived).length > 0);
  return isFilled ? (withSightings(state, arrived) ?? state) : state;
}

function lastOfEach(rows: readonly ProducerRow[]): readonly ProducerRow[] {
  return [...new Map(rows.map((row) => [keyOf(row), row] as const)).values()];
}

function changesOf(
  { topic, source, producer }: ProducerKey,
  state: ProducerState,
  onRecord: readonly SequenceGapRow[],
  times: Times,
): readonly SequenceGapRow[] {
  // Holes that are too many to follow stay as they were judged.
  const followed = state.holes.length < HOLES_MAX ? 1n : (state.holes[0]?.from ?? 1n);
  const now = missingNumbers(state, times).map(
    (hole): SequenceGapRow => ({ topic, source, producer, ...hole, verdict: "missing" }),
  );
  return gapChanges(
    onRecord.filter(({ from }) => from >= followed),
    now,
  );
}

/** Tells producers of a topic apart. */
function keyOf({ source, producer }: Pick<ProducerKey, "source" | "producer">): string {
  return JSON.stringify([source, producer]);
}
