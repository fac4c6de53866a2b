import { type Range, without } from "#core/coverage/range.ts";

/** Numbers of a producer that were not seen, and the append times between which they were due. */
export interface Hole extends Range {
  readonly afterMs: number;
  readonly beforeMs: number;
}

/** What is known of one run of a producer, in one source. It numbers what it sends from 1. */
export interface ProducerState {
  /** The highest number that was seen. */
  readonly through: bigint;
  readonly holes: readonly Hole[];
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Numbers that arrived together, with the append times of the first and the last. */
export interface Sighting extends Range {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Somebody who numbers at random would make every record a hole; of more than these the oldest are not followed. */
export const HOLES_MAX = 1_000;

/** Takes in what arrived, in whatever order. The same again changes nothing, so a repeat is no gap. */
export function withSightings(
  state: ProducerState | null,
  sightings: readonly Sighting[],
): ProducerState | null {
  let known = state;
  for (const seen of sightings.toSorted((a, b) => (a.from < b.from ? -1 : 1))) known = withOne(known, seen);
  return known;
}

function withOne(state: ProducerState | null, seen: Sighting): ProducerState {
  const {
    through,
    holes,
    firstMs,
    lastMs: afterMs,
  } = state ?? {
    ...{ through: 0n, holes: [], firstMs: seen.firstMs, lastMs: seen.firstMs },
  };
  const left = holes.flatMap((hole) => without(hole, [seen]).map((rest) => ({ ...hole, ...rest })));
  const isAhead = seen.from > through + 1n;
  const skipped = { from: through + 1n, to: seen.from - 1n, afterMs, beforeMs: seen.firstMs };
  return {
    through: seen.to > through ? seen.to : through,
    holes: (isAhead ? [...left, skipped] : left).slice(-HOLES_MAX),
    firstMs: Math.min(firstMs, seen.firstMs),
    lastMs: Math.max(afterMs, seen.lastMs),
  };
}

/**
 * The holes that are gaps by now: everything that Kafka had when the producer went on from them was looked at. So
 * what is merely not ingested yet, or under way over another partition, is none.
 * @param settledMs everything that Kafka appended up to here was looked at
 * @param graceMs how much later than a greater number one may come
 */
export function missingNumbers(
  state: ProducerState,
  { settledMs, graceMs }: { readonly settledMs: number; readonly graceMs: number },
): readonly Hole[] {
  return state.holes.filter(({ beforeMs }) => beforeMs + graceMs <= settledMs);
}

/** What the header `spendtrail-seq-void` takes back, `5-7,9-9`; what is no such list takes nothing back. */
export function voidsOf(text: string): readonly Range[] {
  if (!/^\d{1,18}-\d{1,18}(,\d{1,18}-\d{1,18})*$/.test(text)) return [];
  return text
    .split(",")
    .map((part) => part.split("-").map(BigInt))
    .flatMap(([from, to]) =>
      from !== undefined && to !== undefined && from > 0n && from <= to ? [{ from, to }] : [],
    );
}

/** The header for ranges; empty: nothing. */
export function voidText(ranges: readonly Range[]): string {
  return ranges.map(({ from, to }) => `${from}-${to}`).join(",");
}
