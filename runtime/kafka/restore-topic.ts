import kafkajs from "kafkajs";
import { failure } from "#core/failure.ts";
import { createKafka, type KafkaClient } from "#runtime/kafka/client.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { TopicSpec } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const { ConfigResourceTypes } = kafkajs;
const MESSAGES_MAX = 500;

/** A message with the offset and the time that it had. */
export interface RestoredMessage {
  readonly offset: bigint;
  readonly appendTimeMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fills an empty one-partition topic with messages at the offsets and times that they had. The broker sets the time
 * on our topics, so the topic takes the sender's while it is filled and is set back at the end. One that was begun
 * before is compared with the messages and gone on with. Gives how many messages it wrote.
 * @throws failure RESTORE_TOPIC_DIFFERS
 */
export async function restoreTopic(
  config: KafkaConfig,
  spec: TopicSpec,
  messages: AsyncIterable<RestoredMessage>,
  options: { readonly replicationFactor: number; readonly log: Log },
): Promise<number> {
  const { log } = options;
  const settings = { ...spec.settings, "message.timestamp.type": "CreateTime" };
  await inspectTopics(config, [{ ...spec, settings }], { ...options, create: true });
  const kafka = createKafka(config, log);
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  const there = await readAll(config, spec.topic, log);
  await setTimestamps(kafka, spec, "CreateTime");
  await producer.connect();
  let [next, written] = [0n, 0];
  let held: RestoredMessage[] = [];
  const flush = async () => {
    const [first] = held;
    if (first === undefined) return;
    const [answer] = await producer.send({ topic: spec.topic, acks: -1, messages: held.map(outgoing) });
    const at = BigInt(answer?.baseOffset ?? -1);
    if (at !== first.offset) throw failure("RESTORE_TOPIC_DIFFERS", { topic: spec.topic, offset: at });
    written += held.length;
    held = [];
  };
  try {
    for await (const message of messages) {
      if (message.offset !== next)
        throw failure("RESTORE_TOPIC_DIFFERS", { topic: spec.topic, offset: next });
      next += 1n;
      const old = there[Number(message.offset)];
      if (old === undefined) held.push(message);
      else if (!isSame(old, message))
        throw failure("RESTORE_TOPIC_DIFFERS", { topic: spec.topic, offset: message.offset });
      if (held.length >= MESSAGES_MAX) await flush();
    }
    await flush();
    if (BigInt(there.length) > next)
      throw failure("RESTORE_TOPIC_DIFFERS", { topic: spec.topic, offset: next });
  } finally {
    await producer.disconnect();
  }
  await setTimestamps(kafka, spec, "LogAppendTime");
  return written;
}

async function readAll(config: KafkaConfig, topic: string, log: Log): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const reader = await readTopic(config, {
    topic,
    log,
    onRecord: (record) => {
      records.push(record);
    },
  });
  await reader.stop();
  return records;
}

/** The whole set of the topic's settings is sent: what is left out goes back to the broker's own. */
async function setTimestamps(kafka: KafkaClient, spec: TopicSpec, type: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const entries = Object.entries({ ...spec.settings, "message.timestamp.type": type });
    const configEntries = entries.map(([name, value]) => ({ name, value }));
    const resource = { type: ConfigResourceTypes.TOPIC, name: spec.topic, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  } finally {
    await admin.disconnect();
  }
}

function outgoing({ key, value, headers, appendTimeMs }: RestoredMessage) {
  return { key, value, headers: { ...headers }, timestamp: String(appendTimeMs) };
}

function isSame(old: LogRecord, message: RestoredMessage): boolean {
  const same = (one: Buffer | null, other: Buffer | null) =>
    one === null || other === null ? one === other : one.equals(other);
  const sameTime = old.appendTimeMs === message.appendTimeMs;
  return (
    sameTime && old.offset === message.offset && same(old.key, message.key) && same(old.value, message.value)
  );
}
