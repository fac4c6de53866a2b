import { type Failure, failure } from "#core/failure.ts";
import { cutCall, togetherOf } from "#runtime/kafka/chunks.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { kafkaFailure, protocolError, reasonOf } from "#runtime/kafka/faults.ts";
import { type Chunk, openSession, type ProducerSession } from "#runtime/kafka/producer-session.ts";
import type { KafkaConfig, OutgoingRecord, Produced, Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface ProducerLimits {
  /** From the call on: what Kafka has not acknowledged by then has failed, though it may still be written. */
  readonly deliveryMs: number;
  /** Bytes that wait to be sent; beyond that a call fails at once. */
  readonly waitingBytesMax: number;
}

const LIMITS: ProducerLimits = { deliveryMs: 15_000, waitingBytesMax: 64 * 1024 * 1024 };

/** Per partition, the offset of the first record that went there. */
type Offsets = ReadonlyMap<number, bigint>;

interface Waiting extends Chunk {
  readonly deadlineMs: number;
  readonly done: PromiseWithResolvers<Offsets>;
}

/**
 * A producer whose `send` resolves only when all in-sync replicas have the records. Calls that arrive while a
 * request is under way go together into the next one, so many small senders share its cost.
 *
 * One request at a time and a new producer id after every failure: kafkajs gives the sequence numbers of a request
 * that failed to the next one, and if the first was written after all (its answer was lost), the broker takes the
 * next for a duplicate and acknowledges it without writing it.
 * @throws failure KAFKA_NOT_ACKNOWLEDGED, KAFKA_RECORD_TOO_LARGE from `send`; KAFKA_UNREACHABLE, KAFKA_LOGIN_REFUSED,
 * KAFKA_NOT_ALLOWED at creation
 */
export async function createProducer(
  config: KafkaConfig,
  log: Log,
  limits: ProducerLimits = LIMITS,
): Promise<Producer> {
  const sessions = createSessions(config, log, limits);
  await sessions.current().catch((error: unknown) => {
    throw kafkaFailure(error, config);
  });
  const queue = createQueue(sessions);
  let closed = false;
  return {
    send: async (topic, records) => {
      if (closed) throw failure("KAFKA_NOT_ACKNOWLEDGED", { topic, reason: "the producer is closed" });
      const chunks = cutCall(topic, records);
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
      if (queue.bytes() > 0 && queue.bytes() + bytes > limits.waitingBytesMax) {
        throw failure("KAFKA_NOT_ACKNOWLEDGED", { topic, reason: "too much waits to be sent" });
      }
      const deadlineMs = performance.now() + limits.deliveryMs;
      return producedOf(await allOf(chunks.map((chunk) => queue.add(chunk, deadlineMs))));
    },
    close: async () => {
      closed = true;
      await queue.empty();
      await sessions.close();
    },
  };
}

/** What waits to be sent; one request at a time takes what fits together. */
function createQueue(sessions: Sessions) {
  const waiting: Waiting[] = [];
  let waitingBytes = 0;
  let working: Promise<void> | null = null;
  const work = async (): Promise<void> => {
    for (;;) {
      const together = waiting.splice(0, togetherOf(waiting));
      if (together.length === 0) {
        // At once, not when the promise settles: a call in between would wait for ever.
        working = null;
        return;
      }
      for (const chunk of together) waitingBytes -= chunk.bytes;
      await deliver(together, sessions);
    }
  };
  return {
    bytes: () => waitingBytes,
    add: (chunk: Chunk, deadlineMs: number): Promise<Offsets> => {
      const item: Waiting = { ...chunk, deadlineMs, done: Promise.withResolvers() };
      waiting.push(item);
      waitingBytes += chunk.bytes;
      working ??= work();
      return item.done.promise;
    },
    empty: async (): Promise<void> => {
      while (working !== null) await working;
    },
  };
}

/** Never rejects: each chunk is told what became of it. */
async function deliver(chunks: readonly Waiting[], sessions: Sessions): Promise<void> {
  const inTime = chunks.filter((chunk) => chunk.deadlineMs > performance.now());
  for (const chunk of chunks)
    if (!inTime.includes(chunk)) chunk.done.reject(refusal("it waited too long", chunk));
  const [first] = inTime;
  if (first === undefined) return;
  try {
    const offsets = await sessions.write(first.topic, inTime, first.deadlineMs);
    for (const [index, chunk] of inTime.entries()) chunk.done.resolve(offsets[index] ?? new Map());
  } catch (error) {
    if (isTooLarge(error) && (inTime.length > 1 || first.records.length > 1)) {
      for (const part of inTime) await deliverInParts(part, sessions);
      return;
    }
    for (const chunk of inTime) chunk.done.reject(refusal(error, chunk));
  }
}

/** One of them was too large for the topic: alone, and then in halves, each gets its own answer. */
async function deliverInParts(chunk: Waiting, sessions: Sessions): Promise<void> {
  const half = Math.ceil(chunk.records.length / 2);
  const halves = [chunk.records.slice(0, half), chunk.records.slice(half)].filter((part) => part.length > 0);
  const parts = halves.map((records) => ({ ...chunk, records, done: Promise.withResolvers<Offsets>() }));
  for (const part of parts) {
    part.done.promise.catch(() => {});
    await deliver([part], sessions);
  }
  try {
    const [first, second] = await allOf(parts.map((part) => part.done.promise));
    chunk.done.resolve(new Map([...(second ?? []), ...(first ?? [])]));
  } catch (error) {
    chunk.done.reject(error);
  }
}

interface Sessions {
  current(): Promise<ProducerSession>;
  write(topic: string, chunks: readonly Chunk[], deadlineMs: number): ReturnType<ProducerSession["write"]>;
  close(): Promise<void>;
}

function createSessions(config: KafkaConfig, log: Log, limits: ProducerLimits): Sessions {
  const kafka = createKafka(config, log);
  let session: Promise<ProducerSession> | null = null;
  /** Lets go of it; what it still has under way may end by itself, and then it is closed. */
  const retire = (old: Promise<ProducerSession>, lastWrite: Promise<unknown>) => {
    if (session === old) session = null;
    void Promise.allSettled([lastWrite])
      .then(async () => (await old).close())
      .catch(() => {});
  };
  const current = () => {
    session ??= openSession(kafka, limits.deliveryMs);
    return session;
  };
  return {
    current: () => {
      const opening = current();
      opening.catch(() => retire(opening, opening));
      return opening;
    },
    write: async (topic, chunks, deadlineMs) => {
      const mine = current();
      const write = mine.then((open) => open.write(topic, chunks));
      try {
        return await before(deadlineMs, write);
      } catch (error) {
        retire(mine, write);
        log.warn(
          { topic, reason: reasonOf(error) },
          "records were not acknowledged; taking a new producer id",
        );
        throw error;
      }
    },
    close: async () => {
      const last = session;
      session = null;
      await last?.then((open) => open.close());
    },
  };
}

async function before<Value>(deadlineMs: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const leftMs = Math.max(1, deadlineMs - performance.now());
    timer = setTimeout(() => reject(new Error("no acknowledgement in time")), leftMs);
  });
  promise.catch(() => {});
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for all before it rejects: a caller that tries again must not meet its own first attempt. */
async function allOf<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function producedOf(parts: readonly Offsets[]): Produced[] {
  const first = new Map<number, bigint>();
  for (const part of parts) {
    for (const [partition, offset] of part) if (!first.has(partition)) first.set(partition, offset);
  }
  return [...first].map(([partition, baseOffset]) => ({ partition, baseOffset }));
}

function isTooLarge(error: unknown): boolean {
  const type = protocolError(error);
  return type === "MESSAGE_TOO_LARGE" || type === "RECORD_LIST_TOO_LARGE";
}

function refusal(error: unknown, chunk: { topic: string; records: readonly OutgoingRecord[] }): Failure {
  const { topic } = chunk;
  if (isTooLarge(error)) return failure("KAFKA_RECORD_TOO_LARGE", { topic }, error);
  return failure("KAFKA_NOT_ACKNOWLEDGED", { topic, reason: reasonOf(error) }, error);
}
