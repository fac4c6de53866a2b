import { randomUUID } from "node:crypto";
import { createKafka } from "#runtime/kafka/client.ts";
import { toLogRecord } from "#runtime/kafka/log-record.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface ReadTopicOptions {
  readonly topic: string;
  readonly partition?: number;
  readonly fromOffset?: bigint;
  readonly onRecord: (record: LogRecord) => void | Promise<void>;
  /** Called when all offsets below `next` have been seen, also those that hold no record. */
  readonly onProgress?: (next: bigint) => void | Promise<void>;
  readonly log: Log;
}

export interface TopicReader {
  /** The first offset that was not seen yet. */
  next(): bigint;
  stop(): Promise<void>;
}

/**
 * Follows one partition from an offset on and keeps no place in it. Resolves when it has seen everything that was
 * there when it began; goes on until stopped. kafkajs reads only through groups, so this joins one of a random name
 * and never commits: the broker forgets such a group when it is empty.
 */
export async function readTopic(config: KafkaConfig, options: ReadTopicOptions): Promise<TopicReader> {
  const { topic, partition = 0, fromOffset = 0n, log } = options;
  const kafka = createKafka(config, log);
  const range = await endsOf(kafka, topic, partition);
  let next = fromOffset > range.low ? fromOffset : range.low;
  const caughtUp = Promise.withResolvers<void>();
  if (next >= range.high) caughtUp.resolve();
  const consumer = kafka.consumer({
    groupId: `spendtrail-reader-${randomUUID()}`,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 1_000 },
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) caughtUp.reject(payload.error);
    log.warn({ topic, err: payload.error, restart: payload.restart }, "topic reader crashed");
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, isStale, heartbeat }) => {
      if (batch.partition !== partition || isStale()) return;
      for (const message of batch.messages) {
        if (BigInt(message.offset) < next) continue;
        await options.onRecord(toLogRecord(topic, partition, message));
        next = BigInt(message.offset) + 1n;
      }
      const end = BigInt(batch.lastOffset()) + 1n;
      if (end > next) next = end;
      resolveOffset(batch.lastOffset());
      await options.onProgress?.(next);
      await heartbeat();
      if (next >= range.high) caughtUp.resolve();
    },
  });
  if (next > 0n) consumer.seek({ topic, partition, offset: String(next) });
  await caughtUp.promise;
  return { next: () => next, stop: () => consumer.disconnect() };
}

async function endsOf(
  kafka: ReturnType<typeof createKafka>,
  topic: string,
  partition: number,
): Promise<{ low: bigint; high: bigint }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const mine = offsets.find((at) => at.partition === partition);
    return { low: BigInt(mine?.low ?? 0), high: BigInt(mine?.high ?? 0) };
  } finally {
    await admin.disconnect();
  }
}
