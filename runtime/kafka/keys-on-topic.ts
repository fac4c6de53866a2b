import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** The keys of a compacted topic of one partition whose newest message has a value. Reads it once, from its beginning. */
export async function keysOnTopic(kafka: KafkaConfig, topic: string, log: Log): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const reader = await readTopic(kafka, {
    topic,
    log,
    onRecord: ({ key, value }) => {
      if (key === null) return;
      if (value === null) keys.delete(key.toString());
      else keys.add(key.toString());
    },
  });
  await reader.stop();
  return keys;
}
