import type { KafkaClient } from "#runtime/kafka/client.ts";

/** Where a partition stands when it is given to us. */
export interface PartitionStart {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that the broker still has, and the one after the last. */
  readonly low: bigint;
  readonly high: bigint;
  /** What the group committed; null when it never did. */
  readonly committed: { readonly offset: bigint; readonly metadata: string } | null;
}

/** What the broker has of each partition and what the group committed there, metadata included. */
export async function readStarts(
  kafka: KafkaClient,
  groupId: string,
  assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): Promise<readonly PartitionStart[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = assignment.map(({ topic }) => topic);
    const committed = topics.length === 0 ? [] : await admin.fetchOffsets({ groupId, topics });
    const starts: PartitionStart[] = [];
    for (const { topic, partitions } of assignment) {
      const ranges = await admin.fetchTopicOffsets(topic);
      const mine = committed.find((at) => at.topic === topic)?.partitions ?? [];
      for (const partition of partitions) {
        const range = ranges.find((at) => at.partition === partition);
        const at = mine.find((entry) => entry.partition === partition);
        const offset = BigInt(at?.offset ?? -1);
        starts.push({
          topic,
          partition,
          low: BigInt(range?.low ?? 0),
          high: BigInt(range?.high ?? 0),
          // -1: the group never committed here.
          committed: offset < 0n ? null : { offset, metadata: at?.metadata ?? "" },
        });
      }
    }
    return starts;
  } finally {
    await admin.disconnect();
  }
}
