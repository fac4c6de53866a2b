import { type Range, sizeOf, within, without } from "#core/coverage/range.ts";
import type { OffsetVerdict } from "#core/coverage/verdicts.ts";

/** Offsets without a stored record that need a name. */
export interface Gap extends Range {
  readonly verdict: OffsetVerdict;
}

/** Offsets that were never a record for us, by why; how many. */
export interface Explained {
  readonly control: bigint;
  readonly aborted: bigint;
  readonly compacted: bigint;
  /** Gone from Kafka before the first look, and no loss. */
  readonly unseen: bigint;
}

export const NOTHING_EXPLAINED: Explained = { control: 0n, aborted: 0n, compacted: 0n, unseen: 0n };

/** What Kafka holds at the offsets of a hole, as far as its log still reaches there. */
export interface Held {
  readonly records: readonly Range[];
  readonly control: readonly Range[];
  readonly aborted: readonly Range[];
  readonly compacted: readonly Range[];
  readonly unreadable: readonly Range[];
  readonly absent: readonly Range[];
}

/**
 * Says of each offset of a hole why it has no stored record. Pure: Kafka was asked before.
 * @param hole offsets that nothing was stored of, though what lies behind them was
 * @param low the first offset of Kafka's log; what lies before it was gone before it was ingested
 */
export function judgeHole(
  hole: Range,
  facts: {
    readonly held: Held;
    readonly low: bigint;
    /** What operators gave up. */
    readonly declared: readonly Range[];
    /** Rows are there that no batch speaks of. */
    readonly stored: readonly Range[];
    /** What is gone from Kafka is excused: somebody else's topic before it was ours, or places between stored records. */
    readonly isExcused: boolean;
    /** The topic is compacted: whole batches vanish from it too. */
    readonly isCompacting: boolean;
  },
): { readonly gaps: readonly Gap[]; readonly explained: Explained } {
  const { held, low, isCompacting, isExcused } = facts;
  const gone = within(hole, [{ from: 0n, to: low - 1n }]);
  const harmless = [
    ...held.control,
    ...held.aborted,
    ...held.compacted,
    ...(isCompacting ? held.absent : []),
  ];
  const open = without(hole, [...harmless, ...(isExcused ? gone : [])]);
  const gaps = open.flatMap((part) => {
    const declared = within(part, facts.declared);
    const stored = within(part, facts.stored).flatMap((range) => without(range, declared));
    const taken = [...declared, ...stored];
    const rest = without(part, taken);
    return [
      ...named(declared, "declared"),
      ...named(stored, "unlisted"),
      ...named(inAll(rest, gone), "expired"),
      ...named(inAll(rest, held.unreadable), "damaged"),
      ...named(inAll(rest, held.records), "skipped"),
      // Whatever nothing explains, so that a fault of ours shows as a gap and not as silence.
      ...named(
        rest.flatMap((range) => without(range, [...gone, ...held.unreadable, ...held.records])),
        "missing",
      ),
    ];
  });
  const inHole = (ranges: readonly Range[]) => sizeOf(within(hole, ranges));
  return {
    gaps: gaps.toSorted((a, b) => (a.from < b.from ? -1 : 1)),
    explained: {
      control: inHole(held.control),
      aborted: inHole(held.aborted),
      compacted: inHole([...held.compacted, ...(isCompacting ? held.absent : [])]),
      unseen: isExcused ? sizeOf(gone) : 0n,
    },
  };
}

function named(ranges: readonly Range[], verdict: OffsetVerdict): Gap[] {
  return ranges.map(({ from, to }) => ({ from, to, verdict }));
}

function inAll(parts: readonly Range[], others: readonly Range[]): readonly Range[] {
  return parts.flatMap((part) => within(part, others));
}
