import { failure } from "#core/failure.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { createCommit } from "#runtime/kafka/group-commit.ts";
import { followTerms, type Term } from "#runtime/kafka/group-terms.ts";
import { toLogRecord } from "#runtime/kafka/log-record.ts";
import type { PartitionStart } from "#runtime/kafka/partition-starts.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

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
   * Called at each (re)join before anybody asks where the group left off: work of the last term has to have ended,
   * because a commit of it may still be under way.
   */
  released?(): Promise<void>;
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
  /**
   * Asks anew where a partition begins, as at an assignment: for one whose position was moved by somebody else (kafkajs
   * goes to the first record by itself when the broker no longer has the offset that it asks for).
   */
  beginAnew(term: Term, topic: string, partition: number): void;
  /** When the group last knew us as alive (a join counts), by `performance.now()`. */
  heardAtMs(): number;
  stop(): Promise<void>;
}

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
 * COMMIT_OFFSETS event names the member that the work was begun as, in the generation in which it was begun.
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
    // Three beats fit into the shortest session.
    heartbeatInterval: Math.min(2_000, (options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS) / 4),
    maxBytesPerPartition: BYTES_PER_PARTITION_MAX,
    maxBytes: BYTES_PER_FETCH_MAX,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    // About six seconds at one broker: a coordinator that was killed is not waited for, another one takes over.
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 6 },
  });
  const terms = followTerms(kafka, consumer, options.groupId, handlers);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // It joins anew, if it is to go on; until then nothing can be paused, resumed or committed.
    terms.end();
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
    pause: (topic, partition) => {
      if (terms.current() !== null) consumer.pause([{ topic, partitions: [partition] }]);
    },
    resume: (topic, partition) => consumer.resume([{ topic, partitions: [partition] }]),
    seek: (topic, partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    beginAnew: terms.beginAnew,
    heardAtMs: terms.heardAtMs,
    stop: async () => {
      terms.end();
      await consumer.disconnect();
    },
  };
}
