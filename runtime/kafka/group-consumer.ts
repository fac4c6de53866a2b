import type { Consumer, ConsumerCommitOffsetsEvent } from "kafkajs";
import { failure } from "#core/failure.ts";
import { createKafka, type KafkaClient } from "#runtime/kafka/client.ts";
import { toLogRecord } from "#runtime/kafka/log-record.ts";
import { type PartitionStart, readStarts } from "#runtime/kafka/partition-starts.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** One term of membership in the group: work that was begun in it may be committed in it only. */
export interface Term {
  readonly memberId: string;
  /** False as soon as the group has rebalanced. */
  isCurrent(): boolean;
}

export interface FetchedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** The offset that was asked for: everything from it to `nextOffset` is in `records`. */
  readonly fromOffset: bigint;
  /** The offset after everything in this fetch, control records included. */
  readonly nextOffset: bigint;
  readonly highWatermark: bigint;
}

export interface GroupHandlers {
  /**
   * Called at each assignment, before anything of it is fetched. Answers where to begin in each partition; one
   * that is left out stays paused.
   */
  assigned(term: Term, starts: readonly PartitionStart[]): Promise<ReadonlyMap<string, bigint>>;
  /** Takes records over at once; to slow down, pause the partition. */
  fetched(term: Term, fetched: FetchedRecords): void;
  /** The consumer has ended and cannot go on. */
  crashed(error: Error): void;
}

export interface GroupConsumer {
  /**
   * Commits an offset with metadata, and resolves only when the broker has taken it from this very term.
   * @throws failure KAFKA_FENCED when the group has moved on: the work is somebody else's now
   */
  commit(
    term: Term,
    at: { topic: string; partition: number; offset: bigint; metadata: string },
  ): Promise<void>;
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
  /** Fetches go on from this offset. */
  seek(topic: string, partition: number, offset: bigint): void;
  stop(): Promise<void>;
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/**
 * A member whose heart has not beaten this long is dropped by the group: how long its partitions stand still after a
 * crash. Far above what a batch holds the event loop for.
 */
const SESSION_TIMEOUT_MS = 10_000;
const BYTES_PER_PARTITION_MAX = 2 * 1024 * 1024;
const BYTES_PER_FETCH_MAX = 8 * 1024 * 1024;

/**
 * The thin port over kafkajs' group consumer. kafkajs commits nothing by itself here, begins nowhere by itself (an
 * out-of-range offset would make it commit -2 over an intent), and its word that a commit went through is not taken:
 * it answers so while it drains, and it retries under whatever generation it then holds. A commit counts when its
 * COMMIT_OFFSETS event names the member that the work was begun as.
 */
export async function joinGroup(
  config: KafkaConfig,
  options: {
    readonly groupId: string;
    readonly topics: readonly string[];
    readonly log: Log;
    readonly sessionTimeoutMs?: number | undefined;
  },
  handlers: GroupHandlers,
): Promise<GroupConsumer> {
  const kafka = createKafka(config, options.log);
  const consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
    heartbeatInterval: 2_000,
    maxBytesPerPartition: BYTES_PER_PARTITION_MAX,
    maxBytes: BYTES_PER_FETCH_MAX,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 20 },
  });
  const terms = followTerms(kafka, consumer, options, handlers);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) handlers.crashed(payload.error);
  });
  try {
    await consumer.connect();
  } catch (error) {
    throw failure(
      "KAFKA_UNREACHABLE",
      { brokers: config.brokers.join(","), reason: (error as Error).message },
      error,
    );
  }
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, isStale }) => {
      const term = terms.current();
      if (term === null || isStale()) return;
      const records = batch.messages.map((message) => toLogRecord(batch.topic, batch.partition, message));
      // kafkajs has it and leaves it out of its types.
      const { fetchedOffset } = batch as typeof batch & { readonly fetchedOffset: string };
      handlers.fetched(term, {
        topic: batch.topic,
        partition: batch.partition,
        records,
        fromOffset: BigInt(fetchedOffset),
        nextOffset: BigInt(batch.lastOffset()) + 1n,
        highWatermark: BigInt(batch.highWatermark),
      });
    },
  });
  return {
    commit: createCommit(consumer),
    pause: (topic, partition) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: (topic, partition) => consumer.resume([{ topic, partitions: [partition] }]),
    seek: (topic, partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    stop: async () => {
      terms.end();
      await consumer.disconnect();
    },
  };
}

/** Holds everything back at each (re)join until `assigned` has said where to begin. */
function followTerms(
  kafka: KafkaClient,
  consumer: Consumer,
  options: { readonly groupId: string; readonly log: Log },
  handlers: GroupHandlers,
) {
  let current: Term | null = null;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const term: Term = { memberId: payload.memberId, isCurrent: () => current === term };
    current = term;
    const assignment = Object.entries(payload.memberAssignment).map(([topic, partitions]) => ({
      topic,
      partitions,
    }));
    // Before the first fetch of this term: kafkajs emits this event between joining and fetching.
    consumer.pause(assignment);
    const begin = async () => {
      const starts = await readStarts(kafka, options.groupId, assignment);
      if (!term.isCurrent()) return;
      const offsets = await handlers.assigned(term, starts);
      for (const { topic, partition } of starts) {
        const offset = offsets.get(partitionKey(topic, partition));
        if (offset === undefined || !term.isCurrent()) continue;
        consumer.seek({ topic, partition, offset: String(offset) });
        consumer.resume([{ topic, partitions: [partition] }]);
      }
    };
    begin().catch((error: unknown) => {
      if (term.isCurrent()) handlers.crashed(error as Error);
    });
  });
  consumer.on(consumer.events.REBALANCING, () => {
    current = null;
  });
  return {
    current: () => current,
    end: () => {
      current = null;
    },
  };
}

function createCommit(consumer: Consumer): GroupConsumer["commit"] {
  let turn: Promise<unknown> = Promise.resolve();
  const commit: GroupConsumer["commit"] = async (term, { topic, partition, offset, metadata }) => {
    if (!term.isCurrent()) throw failure("KAFKA_FENCED", { topic, partition });
    let seen: ConsumerCommitOffsetsEvent["payload"] | null = null;
    const forget = consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      seen = payload;
    });
    try {
      await consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]);
    } finally {
      forget();
    }
    // Narrowing does not see that the listener ran.
    const taken = seen as ConsumerCommitOffsetsEvent["payload"] | null;
    if (taken?.memberId !== term.memberId || !term.isCurrent())
      throw failure("KAFKA_FENCED", { topic, partition });
  };
  return (term, at) => {
    // One at a time, so that the event that is seen is this commit's own.
    const mine = turn.then(() => commit(term, at));
    turn = mine.catch(() => {});
    return mine;
  };
}
