import { setTimeout as pause } from "node:timers/promises";
import { failure } from "#core/failure.ts";
import { kafkaFailure, protocolError, reasonOf } from "#runtime/kafka/faults.ts";
import { onceLed } from "#runtime/kafka/once-led.ts";
import {
  createPartitionFetcher,
  type Fetched,
  type PartitionFetcher,
} from "#runtime/kafka/partition-fetcher.ts";
import { isPoison } from "#runtime/kafka/poison.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** A callback that throws is called again with the same, after a pause, until it does not or the reader is stopped. */
export interface ReadTopicOptions {
  readonly topic: string;
  readonly partition?: number;
  readonly fromOffset?: bigint;
  /** Records in order, one after the other. */
  readonly onRecord: (record: LogRecord) => void | Promise<void>;
  /** Called when all offsets below `next` have been seen, also those that hold no record. */
  readonly onProgress?: (next: bigint) => void | Promise<void>;
  /** Reading has ended for good and nobody asked it to: the program should end with it. */
  readonly onFailed?: (error: unknown) => void;
  readonly log: Log;
}

export interface TopicReader {
  /** The first offset that was not seen yet. */
  next(): bigint;
  /** Resolves when everything was seen that the broker had acknowledged before the call; not while Kafka is away. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

const RETRY_MS = [100, 200, 500, 1_000, 2_000] as const;
/** What trying again does not mend. */
const FINAL = new Set(["OFFSET_OUT_OF_RANGE", "TOPIC_AUTHORIZATION_FAILED"]);

/**
 * Follows one partition from an offset on and keeps no place in it. Resolves when it has seen everything that was
 * there when it began; goes on until stopped, through restarts of brokers. No consumer group is involved.
 * @throws failure KAFKA_UNREACHABLE, KAFKA_LOGIN_REFUSED, KAFKA_NOT_ALLOWED, KAFKA_TOPIC_MISSING, KAFKA_BATCH_UNREADABLE at the beginning
 */
export async function readTopic(config: KafkaConfig, options: ReadTopicOptions): Promise<TopicReader> {
  const { topic, partition = 0, fromOffset = 0n, log } = options;
  const fetcher = createPartitionFetcher(config, { topic, partition }, log);
  const ending = new AbortController();
  try {
    const low = await onceLed(() => fetcher.low());
    const from = fromOffset > low ? fromOffset : low;
    const first = await onceLed(() => fetcher.fetch(from));
    const place: Place = { next: from, waiting: [] };
    await take(first, place, options, ending.signal);
    while (place.next < first.end) await takeNext(fetcher, place, options, ending.signal);
    const following = follow(fetcher, place, options, ending.signal);
    return {
      next: () => place.next,
      caughtUp: () => new Promise((seen) => place.waiting.push(seen)),
      stop: async () => {
        ending.abort();
        await following;
        await fetcher.close();
      },
    };
  } catch (error) {
    await fetcher.close();
    throw kafkaFailure(error, config, topic);
  }
}

interface Place {
  next: bigint;
  /** Who waits for a fetch that begins from now on. */
  waiting: (() => void)[];
}

async function follow(
  fetcher: PartitionFetcher,
  place: Place,
  options: ReadTopicOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    while (!signal.aborted) {
      const waiting = place.waiting.splice(0);
      await takeNext(fetcher, place, options, signal);
      for (const seen of waiting) seen();
    }
  } catch (error) {
    if (signal.aborted) return;
    const { topic, partition = 0, log } = options;
    log.error({ err: error, topic, partition, offset: String(place.next) }, "reading a topic ended");
    options.onFailed?.(error);
  }
}

/** One fetch and what it brought. */
async function takeNext(
  fetcher: PartitionFetcher,
  place: Place,
  options: ReadTopicOptions,
  signal: AbortSignal,
): Promise<void> {
  const fetched = await retrying(options, signal, () => fetcher.fetch(place.next));
  if (fetched !== null) await take(fetched, place, options, signal);
}

async function take(
  fetched: Fetched,
  place: Place,
  options: ReadTopicOptions,
  signal: AbortSignal,
): Promise<void> {
  const before = place.next;
  for (const record of fetched.records) {
    if (isPoison(record.value)) {
      const { topic, partition, offset } = record;
      throw failure("KAFKA_BATCH_UNREADABLE", { topic, partition, offset });
    }
    await retrying(options, signal, async () => options.onRecord(record));
    if (signal.aborted) return;
    place.next = record.offset + 1n;
  }
  if (fetched.next > place.next) place.next = fetched.next;
  if (place.next > before) await retrying(options, signal, async () => options.onProgress?.(place.next));
}

/** Tries until it works; null when the signal said to end before it did. */
async function retrying<Value>(
  { topic, log }: ReadTopicOptions,
  signal: AbortSignal,
  act: () => Promise<Value>,
): Promise<Value | null> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (FINAL.has(protocolError(error) ?? "")) throw error;
      const waitMs = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      if (!signal.aborted)
        log.warn({ topic, reason: reasonOf(error), waitMs }, "following a topic is held up");
      await pause(waitMs, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}
