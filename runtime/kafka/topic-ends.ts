import { createKafka } from "#runtime/kafka/client.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface PartitionEnd {
  readonly topic: string;
  readonly partition: number;
  /** The offset that the next record gets. */
  readonly offset: bigint;
}

/** Where each partition of some topics ends now. */
export async function readEnds(
  config: KafkaConfig,
  topics: readonly string[],
  log: Log,
): Promise<readonly PartitionEnd[]> {
  const admin = createKafka(config, log).admin();
  await admin.connect();
  try {
    const ends: PartitionEnd[] = [];
    for (const topic of topics) {
      for (const at of await admin.fetchTopicOffsets(topic)) {
        ends.push({ topic, partition: at.partition, offset: BigInt(at.high) });
      }
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}
