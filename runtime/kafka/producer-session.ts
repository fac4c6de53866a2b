import kafkajs, { type Message, type PartitionerArgs } from "kafkajs";
import type { KafkaClient } from "#runtime/kafka/client.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

const { CompressionTypes, Partitioners } = kafkajs;

/** A part of a call: its records go into one request together. */
export interface Chunk {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
}

/** One producer id. After any failure it is given up: see `createProducer`. */
export interface ProducerSession {
  /** Writes the chunks in one request per broker; gives for each chunk the first offset per partition. */
  write(topic: string, chunks: readonly Chunk[]): Promise<readonly ReadonlyMap<number, bigint>[]>;
  close(): Promise<void>;
}

/**
 * Connects a kafkajs producer and makes it safe where it is not by itself (kafkajs 2.2.4, `sendMessages.js`):
 * - on a retry it chooses partitions anew, so records without a key would go elsewhere under sequence numbers that
 *   the broker has seen, and be acknowledged as duplicates without being written. Here a choice is made once.
 * - when a partition's leader moves to a broker that has answered already, it forgets those records and reports
 *   success. Here an answer that does not name every partition is a failure.
 */
export async function openSession(kafka: KafkaClient, ackMs: number): Promise<ProducerSession> {
  const placing = createPlacing();
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: () => placing.partitionOf,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
  });
  await producer.connect();
  const write: ProducerSession["write"] = async (topic, chunks) => {
    const perChunk = chunks.map((chunk) => chunk.records.map(toMessage));
    placing.begin(perChunk);
    const answers = await producer.send({
      topic,
      acks: -1,
      timeout: ackMs,
      compression: CompressionTypes.None,
      messages: perChunk.flat(),
    });
    const bases = new Map(answers.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? -1)]));
    return firstOffsets(perChunk, placing.placed, bases);
  };
  return { write, close: () => producer.disconnect() };
}

/** Where the messages of the request that is under way go; chosen once for each, whatever is tried again. */
function createPlacing() {
  // murmur2, as the Java client: every client puts one key into one partition.
  const byKey = Partitioners.DefaultPartitioner();
  const placed = new Map<Message, number>();
  const chunkOf = new Map<Message, number>();
  let turn = Math.floor(Math.random() * 1_000);
  return {
    placed,
    begin: (perChunk: readonly (readonly Message[])[]): void => {
      placed.clear();
      chunkOf.clear();
      for (const messages of perChunk) {
        turn++;
        for (const message of messages) chunkOf.set(message, turn);
      }
    },
    partitionOf: (args: PartitionerArgs): number => {
      const { message } = args;
      const known = placed.get(message);
      if (known !== undefined) return known;
      const isFree = message.partition === undefined && (message.key ?? null) === null;
      const partition = isFree ? oneOf(args, chunkOf.get(message) ?? 0) : byKey(args);
      placed.set(message, partition);
      return partition;
    },
  };
}

/** Records without a key: all of one chunk in one partition, the next chunk in the next one that has a leader. */
function oneOf({ partitionMetadata }: PartitionerArgs, turn: number): number {
  const led = partitionMetadata.filter((partition) => partition.leader >= 0);
  const choice = led.length > 0 ? led : partitionMetadata;
  return choice[turn % choice.length]?.partitionId ?? 0;
}

function toMessage({ key, value, headers, partition }: OutgoingRecord): Message {
  return {
    key,
    value,
    ...(headers && { headers: { ...headers } }),
    ...(partition !== undefined && { partition }),
  };
}

/** A partition keeps the order of what it was sent, so offsets are counted on from the request's first. */
function firstOffsets(
  perChunk: readonly (readonly Message[])[],
  placed: ReadonlyMap<Message, number>,
  bases: ReadonlyMap<number, bigint>,
): ReadonlyMap<number, bigint>[] {
  const next = new Map(bases);
  return perChunk.map((messages) => {
    const first = new Map<number, bigint>();
    for (const message of messages) {
      const partition = placed.get(message) ?? -1;
      const offset = next.get(partition) ?? -1n;
      if (offset < 0n) throw new Error(`the answer does not name partition ${partition}`);
      if (!first.has(partition)) first.set(partition, offset);
      next.set(partition, offset + 1n);
    }
    return first;
  });
}
