import { type Range, without } from "#core/coverage/range.ts";
import type { GapRow, PartitionState } from "#jobs/coverage/coverage-row.ts";
import { type PartitionContext, windowOf } from "#jobs/coverage/partition-context.ts";
import { countStored } from "#jobs/coverage/stored-rows.ts";

/** Offsets of one life whose records are taken into account for the first time. */
export interface FreshRange extends Range {
  readonly lifeMs: number;
}

/** Gaps that were no lack of records, or of records that were counted by their batch. */
const COUNTED: ReadonlySet<string> = new Set(["removed", "unstored"]);

/** What was a gap and is stored by now. */
export function filledOf(onRecord: readonly GapRow[], still: readonly GapRow[]): readonly Range[] {
  return onRecord
    .filter(({ verdict }) => verdict !== "resolved" && !COUNTED.has(verdict))
    .flatMap((gap) => without(gap, still));
}

/** The states of a look, with what came late into gaps of any life counted. */
export async function withFilled(
  { at, clickhouse, lives }: PartitionContext,
  states: readonly PartitionState[],
  filled: readonly FreshRange[],
  known: readonly number[],
): Promise<readonly PartitionState[]> {
  const current = new Map([...lives, ...states].map((state) => [state.lifeMs, state]));
  for (const range of filled) {
    const state = current.get(range.lifeMs);
    if (state === undefined) continue;
    const stored = await countStored(clickhouse, at, range, windowOf(known, range.lifeMs));
    current.set(range.lifeMs, {
      ...state,
      records: state.records + stored.records,
      accepted: state.accepted + stored.accepted,
      rejected: state.rejected + stored.rejected,
    });
  }
  return [...current.values()];
}
