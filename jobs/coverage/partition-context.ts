import type { LifeSoFar } from "#core/coverage/lives.ts";
import type { Range } from "#core/coverage/range.ts";
import type { GapRow, PartitionState } from "#jobs/coverage/coverage-row.ts";
import type { At } from "#jobs/coverage/read-batches.ts";
import type { LifeWindow } from "#jobs/coverage/stored-rows.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { PartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";

/** Everything that a look at one partition stands on. */
export interface PartitionContext {
  readonly at: At;
  readonly clickhouse: Pick<ClickHouse, "query">;
  readonly fetcher: Pick<PartitionFetcher, "look" | "high">;
  /** The first offset that Kafka holds, and the one after the last. */
  readonly low: bigint;
  readonly high: bigint;
  readonly isCompacting: boolean;
  /** Our own topic is read from its first record on; a gateway's may be older than its source. */
  readonly isOurs: boolean;
  /** Reads all that Kafka holds too. */
  readonly readsWholeLog: boolean;
  /** What operators gave up. */
  readonly declared: readonly Range[];
  /** All lives that are on record, oldest first. */
  readonly lives: readonly PartitionState[];
  /** Gaps that are on record and not resolved, of all lives. */
  readonly gaps: readonly GapRow[];
}

export function windowOf(lives: readonly number[], lifeMs: number): LifeWindow {
  const later = lives.filter((ms) => ms > lifeMs).toSorted((a, b) => a - b);
  return { sinceMs: lifeMs, untilMs: later[0] ?? null };
}

export const NEW_LIFE: Omit<PartitionState, "topic" | "partition" | "lifeMs"> = {
  ...{ through: -1n, coveredTo: -1n, records: 0n, accepted: 0n, rejected: 0n },
  ...{
    control: 0n,
    aborted: 0n,
    compacted: 0n,
    unseen: 0n,
    firstAppendMs: null,
    lastAppendMs: 0,
    checkedAtMs: 0,
  },
};

export function soFarOf(state: PartitionState): LifeSoFar {
  return { sinceMs: state.lifeMs, through: state.coveredTo, lastAppendMs: state.lastAppendMs };
}
