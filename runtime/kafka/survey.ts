import { merged, type Range, without } from "#core/coverage/range.ts";
import type { Looked, PartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";

/** What a partition holds at the offsets of a range; each offset up to `through` is in exactly one of the lists. */
export interface Survey {
  readonly records: readonly Range[];
  readonly control: readonly Range[];
  readonly aborted: readonly Range[];
  /** The batch is there and the record is not: compaction took it. */
  readonly compacted: readonly Range[];
  readonly unreadable: readonly Range[];
  /** No batch spans them. */
  readonly absent: readonly Range[];
  /** The last offset that was looked at; before `from` when nothing could be. */
  readonly through: bigint;
  /** The append time of the first thing at or behind the range, where there is one. */
  readonly firstAppendMs: number | null;
}

export const NOTHING_HELD: Survey = {
  ...{ records: [], control: [], aborted: [], compacted: [], unreadable: [], absent: [] },
  ...{ through: -1n, firstAppendMs: null },
};

/** A range of millions is looked at in several goes. */
const FETCHES_MAX = 20;
/** A broker that is busy may answer with nothing although there is something. */
const EMPTY_MAX = 3;

/** Looks at every offset of a range that lies inside the log; ends early at the end of what is committed. */
export async function surveyOffsets(
  fetcher: Pick<PartitionFetcher, "look">,
  range: Range,
  fetchesMax = FETCHES_MAX,
): Promise<Survey> {
  const seen: Looked[] = [];
  let next = range.from;
  let empty = 0;
  for (let fetches = 0; fetches < fetchesMax && next <= range.to && empty < EMPTY_MAX; fetches += 1) {
    const looked = await fetcher.look(next);
    seen.push(looked);
    const last = looked.batches.reduce((most, { to }) => (to > most ? to : most), next - 1n);
    empty = last < next ? empty + 1 : 0;
    next = last + 1n;
    if (next >= looked.end) break;
  }
  return surveyOf(seen, { from: range.from, to: next - 1n < range.to ? next - 1n : range.to });
}

function surveyOf(seen: readonly Looked[], range: Range): Survey {
  const places = seen.flatMap((looked) => looked.places);
  const of = (kind: (typeof places)[number]["kind"]) =>
    merged(
      places
        .filter((place) => place.kind === kind && place.offset <= range.to)
        .map(({ offset }) => ({ from: offset, to: offset })),
    );
  const lists = {
    records: of("record"),
    control: of("control"),
    aborted: of("aborted"),
    unreadable: of("unreadable"),
  };
  const held = Object.values(lists).flat();
  const batches = seen.flatMap((looked) => looked.batches);
  const absent = without(range, [...batches, ...held]);
  return {
    ...lists,
    absent,
    compacted: without(range, [...held, ...absent]),
    through: range.to,
    firstAppendMs: places[0]?.appendTimeMs ?? null,
  };
}
