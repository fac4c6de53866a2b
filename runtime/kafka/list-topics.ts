import { createKafka } from "#runtime/kafka/client.ts";
import { kafkaFailure } from "#runtime/kafka/faults.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/**
 * The topics that are there and that we may see, but for those that Kafka keeps for itself. A topic without the right to describe it is not among them.
 * @throws failure KAFKA_UNREACHABLE, KAFKA_LOGIN_REFUSED, KAFKA_NOT_ALLOWED
 */
export async function listTopics(config: KafkaConfig, log: Log): Promise<ReadonlySet<string>> {
  const admin = createKafka(config, log).admin({ retry: { retries: 4 } });
  try {
    await admin.connect();
    const topics = await admin.listTopics();
    return new Set(topics.filter((topic) => !topic.startsWith("__")));
  } catch (error) {
    throw kafkaFailure(error, config);
  } finally {
    await admin.disconnect();
  }
}
