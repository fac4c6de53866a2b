import type { SettingsState } from "#core/settings/state.ts";
import type { News } from "#jobs/coverage/book.ts";
import type { PartitionState } from "#jobs/coverage/coverage-row.ts";
import { examinePartition, type PartitionNews } from "#jobs/coverage/examine-partition.ts";
import { examineProducers } from "#jobs/coverage/examine-producers.ts";
import { type PartitionContext, windowOf } from "#jobs/coverage/partition-context.ts";
import { readGaps, readPartitionStates } from "#jobs/coverage/read-coverage.ts";
import type { FreshOffsets } from "#jobs/coverage/sightings.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { onceLed } from "#runtime/kafka/once-led.ts";
import { createPartitionFetcher, type PartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import type { TopicStanding } from "#runtime/kafka/topic-standing.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface CoverageDeps {
  readonly kafka: KafkaConfig;
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly settings: { state(): Pick<SettingsState, "sources" | "gaps"> };
  /** Our own topic of records. */
  readonly recordsTopic: string;
  readonly log: Log;
  readonly clock: () => Date;
  /** How much later than a greater number a producer's number may come. */
  readonly graceMs: number;
  /** Reads all that Kafka holds, to find what is gone from its middle, ingested or not. */
  readonly readsWholeLog: boolean;
}

/** One look at a topic: what is new about its partitions and its producers, and whether there is more to look at. */
export async function examineTopic(
  deps: CoverageDeps,
  standing: TopicStanding,
  standingMs: number,
): Promise<{ readonly news: News; readonly hasMore: boolean }> {
  const { topic } = standing;
  const [states, gaps] = await Promise.all([
    readPartitionStates(deps.clickhouse, topic),
    readGaps(deps.clickhouse, topic),
  ]);
  const looks: PartitionNews[] = [];
  const fresh: FreshOffsets[] = [];
  for (const { partition, low, high } of standing.partitions) {
    const at = { topic, partition };
    const fetcher = createPartitionFetcher(deps.kafka, at, deps.log);
    const lives = states
      .filter((state) => state.partition === partition)
      .toSorted((a, b) => a.lifeMs - b.lifeMs);
    const context: PartitionContext = {
      ...{ at, clickhouse: deps.clickhouse, fetcher: patient(fetcher), low, high, lives },
      ...{ isCompacting: standing.isCompacting, isOurs: topic === deps.recordsTopic },
      ...{ readsWholeLog: deps.readsWholeLog, declared: declaredOf(deps, at) },
      gaps: gaps.filter((gap) => gap.partition === partition),
    };
    try {
      const look = await examinePartition(context);
      looks.push(look);
      const known = [...lives, ...look.partitions].map(({ lifeMs }) => lifeMs);
      fresh.push(...look.fresh.map((range) => ({ ...range, partition, ...windowOf(known, range.lifeMs) })));
    } finally {
      await fetcher.close();
    }
  }
  const settledMs = Math.min(...looks.map((look) => look.settledMs ?? standingMs));
  const times = { settledMs, graceMs: deps.graceMs };
  const partitions = looks.flatMap((look) => look.partitions);
  const producers = await examineProducers(deps.clickhouse, topic, fresh, times);
  return {
    hasMore: looks.some((look) => look.hasMore),
    news: {
      ...producers,
      partitions: [...partitions, ...repeated(states, partitions, standingMs)],
      gaps: looks.flatMap((look) => look.gaps),
    },
  };
}

/** Just after a broker's start its partitions have no leader. */
function patient(fetcher: PartitionFetcher): PartitionContext["fetcher"] {
  return {
    look: (offset, bytesMax) => onceLed(() => fetcher.look(offset, bytesMax)),
    high: () => onceLed(() => fetcher.high()),
  };
}

const REPEAT_MS = 15 * 60_000;

/** The newest life of what nothing new is known of, now and then: so the record shows that checks go on. */
function repeated(
  onRecord: readonly PartitionState[],
  fresh: readonly PartitionState[],
  nowMs: number,
): readonly PartitionState[] {
  const newest = new Map<number, PartitionState>();
  for (const state of onRecord)
    if (state.lifeMs >= (newest.get(state.partition)?.lifeMs ?? 0)) newest.set(state.partition, state);
  for (const { partition } of fresh) newest.delete(partition);
  return [...newest.values()].filter(({ checkedAtMs }) => checkedAtMs + REPEAT_MS <= nowMs);
}

function declaredOf(
  { settings }: Pick<CoverageDeps, "settings">,
  at: { readonly topic: string; readonly partition: number },
) {
  return [...settings.state().gaps.values()]
    .map(({ value }) => value)
    .filter((gap) => gap.topic === at.topic && gap.partition === at.partition)
    .map((gap) => ({ from: BigInt(gap.from_offset), to: BigInt(gap.to_offset) }));
}
