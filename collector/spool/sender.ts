import { setTimeout as wait } from "node:timers/promises";
import type { Spool, SpoolPart } from "#collector/spool/spool.ts";
import { cutToHead } from "#collector/to-records.ts";
import { Failure } from "#core/failure.ts";
import type { OutgoingRecord, Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** Where records went: both are safe, and a sender is told 202 for both. */
export type Taken = "kafka" | "spool";

export interface RecordSender {
  /** @throws failure SPOOL_FULL, or without a spool what the producer says */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<Taken>;
  /** Whether records would be taken now, though Kafka may be away. */
  takesWithoutKafka(): boolean;
  /** Ends the replay; what is left lies on the disk for the next start. */
  close(): Promise<void>;
}

export interface SenderDeps {
  readonly producer: Pick<Producer, "send">;
  readonly topic: string;
  readonly spool: Spool;
  readonly log: Log;
  readonly onReplayed: (records: number) => void;
}

export interface SenderLimits {
  /** How long a request waits for Kafka before its records go to the disk. Gateways give up after 5 to 10 seconds. */
  readonly directMs: number;
  /** Between two tries while Kafka is away. */
  readonly retryMs: number;
}

const LIMITS: SenderLimits = { directMs: 2_000, retryMs: 1_000 };

/**
 * To Kafka, and to the disk while Kafka is away. Once anything lies in the spool everything goes through it, so that
 * the order stays, until it is empty. What was sent and not acknowledged in time goes to the disk as well: it may be
 * in Kafka twice then, under the same record id, and is counted once.
 */
export function createSender(deps: SenderDeps, limits: SenderLimits = LIMITS): RecordSender {
  const { producer, topic, spool, log } = deps;
  const closing = new AbortController();
  let replaying: Promise<void> | null = null;
  const replay = async () => {
    let replayed = 0;
    while (!closing.signal.aborted && !spool.isEmpty())
      replayed += await replayAll(deps, limits, closing.signal);
    // Nothing is awaited between the last look and this line: a request in between would overtake the spool.
    replaying = null;
    if (!closing.signal.aborted) log.info({ records: replayed }, "the spool is empty again");
  };
  const begin = () => {
    replaying ??= replay();
  };
  if (spool.bytes() > 0) begin();
  return {
    send: async (to, records) => {
      if (to !== topic) throw new Error(`the spool is for ${topic}`);
      if (replaying === null) {
        const fault = await inTime(producer.send(topic, records), limits.directMs);
        if (fault === null) return "kafka";
        log.warn(
          { reason: fault, records: records.length },
          "Kafka does not answer; records go to the spool",
        );
      }
      await spool.append(records);
      begin();
      return "spool";
    },
    takesWithoutKafka: () => spool.hasRoom(),
    close: async () => {
      closing.abort();
      await replaying;
      await spool.close();
    },
  };
}

/** Why it did not succeed in time; null: it did. */
async function inTime(sending: Promise<unknown>, boundMs: number): Promise<string | null> {
  const timer = new AbortController();
  const late = wait(boundMs, `no answer within ${boundMs} ms`, { signal: timer.signal }).catch(() => null);
  const sent = sending.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return Promise.race([sent, late]).finally(() => timer.abort());
}

/** Until nothing is left or the process ends; how many records Kafka took. Never rejects. */
async function replayAll(deps: SenderDeps, limits: SenderLimits, ended: AbortSignal): Promise<number> {
  const { spool, log, onReplayed } = deps;
  let replayed = 0;
  while (!ended.aborted && !spool.isEmpty()) {
    try {
      const part = await spool.next();
      // Something is being written and not yet safe.
      if (part === null) await wait(POLL_MS, undefined, { signal: ended });
      else {
        await replayPart(deps, part);
        replayed += part.records.length;
        onReplayed(part.records.length);
      }
    } catch (error) {
      if (ended.aborted) break;
      log.warn({ err: error, bytes: spool.bytes() }, "the spool waits for Kafka");
      await wait(limits.retryMs, undefined, { signal: ended }).catch(() => {});
    }
  }
  // Lets the spool put its last file away. What came in the meantime stays where it is until it is done with.
  if (!ended.aborted) await spool.next();
  return replayed;
}

const POLL_MS = 5;

function isTooLarge(error: unknown): boolean {
  return error instanceof Failure && error.code === "KAFKA_RECORD_TOO_LARGE";
}

async function replayPart({ producer, topic, log }: SenderDeps, part: SpoolPart): Promise<void> {
  try {
    await producer.send(topic, part.records);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    // One that no broker setting lets in would hold up all that come after it.
    log.error({ topic }, "the topic refuses a spooled record for its size; its beginning is sent");
    for (const record of part.records) await sendOrCut(producer, topic, record);
  }
  part.done();
}

async function sendOrCut(
  producer: Pick<Producer, "send">,
  topic: string,
  record: OutgoingRecord,
): Promise<void> {
  try {
    await producer.send(topic, [record]);
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    await producer.send(topic, [cutToHead(record)]);
  }
}
