import { createKafka } from "#runtime/kafka/client.ts";
import { type Ground, silent } from "#test/support/pipeline.ts";

/** Where the ingesters' group stands in a partition of the ground's records topic. */
export async function committed(
  ground: Ground,
  partition = 0,
): Promise<{ offset: string; metadata: string }> {
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  try {
    const [topic] = await admin.fetchOffsets({
      groupId: `${ground.database}-ingest`,
      topics: [ground.topics.records],
    });
    const at = topic?.partitions.find((each) => each.partition === partition);
    // kafkajs gives no metadata back as null.
    return { offset: at?.offset ?? "-1", metadata: at?.metadata ?? "" };
  } finally {
    await admin.disconnect();
  }
}
