import type { SettingsState } from "#core/settings/state.ts";
import { ingestedTopics } from "#jobs/coverage/ingested-topics.ts";
import { type EndSeen, passedLooks } from "#jobs/ingest-standing/passed-looks.ts";
import { type Counted, readCounted } from "#jobs/ingest-standing/read-counted.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import { surveyOffsets } from "#runtime/kafka/survey.ts";
import { readStandings } from "#runtime/kafka/topic-standing.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface TopicBehind {
  readonly topic: string;
  /** Everything that Kafka appended before is counted; null: nothing ever was. */
  readonly dataUntilMs: number | null;
  /** Offsets that hold records and are not counted yet. */
  readonly behindRecords: bigint;
}

export interface IngestStanding extends Omit<TopicBehind, "topic"> {
  readonly topics: readonly TopicBehind[];
}

export interface IngestStandingDeps {
  readonly kafka: KafkaConfig;
  readonly clickhouse: Pick<ClickHouse, "query">;
  readonly settings: { state(): Pick<SettingsState, "sources" | "gaps"> };
  /** Our own topic of records. */
  readonly recordsTopic: string;
  readonly log: Log;
  readonly clock: () => Date;
}

/** What one partition was like at the last look. */
interface Memory {
  readonly counted: Counted | undefined;
  readonly looks: readonly EndSeen[];
  /** Offsets behind the last record that hold none: markers of transactions, what was aborted or compacted. */
  readonly voidTo: bigint;
  readonly end: bigint;
}

/**
 * How far everything that is ingested is counted. `look` compares where Kafka's partitions end with the batches that
 * are written; what it remembers of the looks before makes the answer as good as the looks are frequent, and may be
 * lost. Append times are the broker's and looks are by our clock: the two are taken to agree.
 */
export function createIngestStanding(deps: IngestStandingDeps): {
  look(signal?: AbortSignal): Promise<IngestStanding>;
} {
  let memory = new Map<string, Memory>();
  const look = async (signal?: AbortSignal): Promise<IngestStanding> => {
    const { kafka, clickhouse, settings, recordsTopic, log, clock } = deps;
    const topics = ingestedTopics(settings.state().sources.values(), recordsTopic);
    // First the time, then the ends, then what is counted: so whatever is older than the time is below the ends.
    const atMs = clock().getTime();
    const partitions = await endsOf(kafka, topics, log);
    const rows = await readCounted(clickhouse, partitions, (at) => memory.get(keyOf(at))?.counted, signal);
    const counted = new Map(rows.map((row) => [keyOf(row), row]));
    const isAhead = partitions.some((at) => (counted.get(keyOf(at))?.lastOffset ?? -1n) >= at.end);
    // What was counted meanwhile looks like a topic that is no more, until the ends are asked for again.
    const now = isAhead ? await endsOf(kafka, topics, log) : partitions;
    const newest = new Map(now.map((at) => [keyOf(at), at.end]));
    const next = new Map<string, Memory>();
    const found: TopicBehind[] = [];
    for (const at of partitions) {
      const key = keyOf(at);
      const before = memory.get(key);
      const last = counted.get(key) ?? before?.counted;
      const isOtherLife = last !== undefined && last.lastOffset >= (newest.get(key) ?? 0n);
      const mine = isOtherLife ? undefined : last;
      const reached = await reachedOf(deps, at, mine, isOtherLife ? undefined : before);
      const { untilMs, looks } = passedLooks(
        isOtherLife ? [] : (before?.looks ?? []),
        { atMs, end: at.end },
        reached.counted,
      );
      next.set(key, { counted: mine, looks, voidTo: reached.voidTo, end: at.end });
      found.push({
        topic: at.topic,
        dataUntilMs: untilMs ?? mine?.lastAppendMs ?? null,
        behindRecords: reached.counted < at.end ? at.end - reached.counted : 0n,
      });
    }
    memory = next;
    const byTopic = [...Map.groupBy(found, ({ topic }) => topic)];
    return {
      ...together(found, atMs),
      topics: byTopic.map(([topic, some]) => ({ topic, ...together(some, atMs) })),
    };
  };
  return { look };
}

interface At {
  readonly topic: string;
  readonly partition: number;
  readonly low: bigint;
  readonly end: bigint;
}

async function endsOf(kafka: KafkaConfig, topics: readonly string[], log: Log): Promise<readonly At[]> {
  const standings = await readStandings(kafka, topics, log);
  return standings.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, low, high }) => ({ topic, partition, low, end: high })),
  );
}

/** The offset that counting got to: behind the last batch, what was given up, and what holds no record. */
async function reachedOf(
  { settings, kafka, log }: IngestStandingDeps,
  at: At,
  last: Counted | undefined,
  before: Memory | undefined,
): Promise<{ readonly counted: bigint; readonly voidTo: bigint }> {
  const behind = last === undefined ? at.low : last.lastOffset + 1n;
  const voidTo = before !== undefined && before.voidTo > behind ? before.voidTo : behind;
  const counted = pastGaps(settings.state(), at, voidTo);
  const isStill = before?.end === at.end && before.counted?.lastOffset === last?.lastOffset;
  if (counted >= at.end || !isStill) return { counted, voidTo };
  // The second look at the same: whether there is any record at all.
  const fetcher = createPartitionFetcher(kafka, at, log);
  try {
    const held = await surveyOffsets(fetcher, { from: counted, to: at.end - 1n }, 1);
    const first = [...held.records, ...held.unreadable].reduce(
      (least, { from }) => (from < least ? from : least),
      held.through + 1n,
    );
    return { counted: first, voidTo: first };
  } finally {
    await fetcher.close();
  }
}

/** What an operator has given up is never counted. */
function pastGaps({ gaps }: Pick<SettingsState, "gaps">, at: At, from: bigint): bigint {
  const ours = [...gaps.values()]
    .map(({ value }) => value)
    .filter(({ topic, partition }) => topic === at.topic && partition === at.partition)
    .sort((a, b) => (BigInt(a.from_offset) < BigInt(b.from_offset) ? -1 : 1));
  return ours.reduce(
    (next, gap) =>
      BigInt(gap.from_offset) <= next && next <= BigInt(gap.to_offset) ? BigInt(gap.to_offset) + 1n : next,
    from,
  );
}

/** Of several partitions the one that is furthest behind. Where there is none, nothing is behind. */
function together(some: readonly Omit<TopicBehind, "topic">[], atMs: number): Omit<TopicBehind, "topic"> {
  return some.reduce<Omit<TopicBehind, "topic">>(
    (all, one) => ({
      dataUntilMs:
        all.dataUntilMs === null || one.dataUntilMs === null
          ? null
          : Math.min(all.dataUntilMs, one.dataUntilMs),
      behindRecords: all.behindRecords + one.behindRecords,
    }),
    { dataUntilMs: atMs, behindRecords: 0n },
  );
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
