import kafkajs from "kafkajs";
import { type Failure, failure } from "#core/failure.ts";
import { createKafka, type KafkaClient } from "#runtime/kafka/client.ts";
import type { KafkaConfig, OutgoingRecord, Produced, Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const { CompressionTypes, Partitioners } = kafkajs;

/** Bytes of values, keys and headers in one request; below the broker's default message.max.bytes of 1 MiB. */
const REQUEST_BYTES_MAX = 900_000;
/** What a record costs beside its value: key, headers, framing; an estimate from above. */
const RECORD_OVERHEAD_BYTES = 256;

/**
 * A producer whose `send` resolves only when all in-sync replicas have the records, and which does not write them
 * twice when a request is retried (idempotent, one request in flight). Large calls are cut into several requests.
 * After an error that an idempotent producer cannot go on from, the next `send` begins with a new producer id.
 * @throws failure KAFKA_NOT_ACKNOWLEDGED, RECORD_TOO_LARGE from `send`; KAFKA_UNREACHABLE at creation
 */
export async function createProducer(config: KafkaConfig, log: Log): Promise<Producer> {
  const kafka = createKafka(config, log);
  let current = await connect(kafka, config);
  let turn: Promise<unknown> = Promise.resolve();
  const sendAll = async (topic: string, records: readonly OutgoingRecord[]): Promise<readonly Produced[]> => {
    const produced: Produced[] = [];
    for (const chunk of chunks(records)) {
      try {
        produced.push(...(await sendChunk(current, topic, chunk)));
      } catch (error) {
        await current.disconnect().catch(() => {});
        current = await connect(kafka, config).catch(() => current);
        throw refusal(error, topic);
      }
    }
    return produced;
  };
  return {
    // One call after another: with a failed request in between, order and idempotence would both be lost.
    send: (topic, records) => {
      const mine = turn.then(() => sendAll(topic, records));
      turn = mine.catch(() => {});
      return mine;
    },
    close: async () => {
      await turn;
      await current.disconnect();
    },
  };
}

type RawProducer = ReturnType<KafkaClient["producer"]>;

async function connect(kafka: KafkaClient, config: KafkaConfig): Promise<RawProducer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // murmur2, as the Java client: every client puts one key into one partition.
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 6 },
  });
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    throw failure(
      "KAFKA_UNREACHABLE",
      { brokers: config.brokers.join(","), reason: (error as Error).message },
      error,
    );
  }
}

async function sendChunk(
  producer: RawProducer,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<Produced[]> {
  const messages = records.map(({ key, value, headers, partition }) => ({
    key,
    value,
    ...(headers && { headers: { ...headers } }),
    ...(partition !== undefined && { partition }),
  }));
  const answers = await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages });
  return answers.map((answer) => ({
    partition: answer.partition,
    baseOffset: BigInt(answer.baseOffset ?? "-1"),
  }));
}

function* chunks(records: readonly OutgoingRecord[]): Generator<OutgoingRecord[]> {
  let chunk: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = (record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (chunk.length > 0 && bytes + size > REQUEST_BYTES_MAX) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function refusal(error: unknown, topic: string): Failure {
  const type = (error as { type?: string }).type ?? (error as { cause?: { type?: string } }).cause?.type;
  if (type === "MESSAGE_TOO_LARGE" || type === "RECORD_LIST_TOO_LARGE") {
    return failure("KAFKA_RECORD_TOO_LARGE", { topic }, error);
  }
  return failure("KAFKA_NOT_ACKNOWLEDGED", { topic, reason: (error as Error).message }, error);
}
