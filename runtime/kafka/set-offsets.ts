import { createKafka } from "#runtime/kafka/client.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** Sets where a group goes on, with nothing under way. The group must have no members. */
export async function setOffsets(
  config: KafkaConfig,
  groupId: string,
  offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[],
  log: Log,
): Promise<void> {
  if (offsets.length === 0) return;
  const admin = createKafka(config, log).admin();
  await admin.connect();
  try {
    for (const topic of new Set(offsets.map((at) => at.topic))) {
      const partitions = offsets
        .filter((at) => at.topic === topic)
        .map(({ partition, offset }) => ({ partition, offset: String(offset) }));
      await admin.setOffsets({ groupId, topic, partitions });
    }
  } finally {
    await admin.disconnect();
  }
}
