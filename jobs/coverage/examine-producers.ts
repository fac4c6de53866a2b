import { gapChanges } from "#core/coverage/gap-changes.ts";
import { HOLES_MAX, missingNumbers, type ProducerState, withSightings } from "#core/coverage/sequence.ts";
import type { ProducerKey, ProducerRow, SequenceGapRow } from "#jobs/coverage/coverage-row.ts";
import { readProducers, readSequenceGaps } from "#jobs/coverage/read-coverage.ts";
import { type FreshOffsets, readSightings } from "#jobs/coverage/sightings.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface ProducerNews {
  readonly producers: readonly ProducerRow[];
  readonly sequenceGaps: readonly SequenceGapRow[];
}

/** Compares the numbers that producers gave with those that are stored, by what was stored since the last look. */
export async function examineProducers(
  clickhouse: Pick<ClickHouse, "query">,
  topic: string,
  fresh: readonly FreshOffsets[],
  times: { readonly settledMs: number; readonly graceMs: number },
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
  const sequenceGaps = [...known.values()].flatMap(({ state, ...key }) =>
    changesOf(key, state, onRecord.get(keyOf(key)) ?? [], times),
  );
  return { producers, sequenceGaps };
}

function changesOf(
  { topic, source, producer }: ProducerKey,
  state: ProducerState,
  onRecord: readonly SequenceGapRow[],
  times: { readonly settledMs: number; readonly graceMs: number },
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
