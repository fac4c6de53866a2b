import type { KafkaMessage } from "kafkajs";
import type { LogRecord } from "#runtime/kafka/types.ts";

/** A kafkajs message as a record of ours. Headers become text; of a repeated name the first counts. */
export function toLogRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined && first !== null) headers.set(name.toLowerCase(), first.toString());
  }
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    // Kafka says -1 for a record without a time, which a topic of a gateway's own may hold (CreateTime).
    appendTimeMs: Math.max(0, Number(message.timestamp)),
    key: message.key,
    value: message.value,
    headers,
  };
}
