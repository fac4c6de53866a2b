import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import type { PartitionStart } from "#runtime/kafka/partition-starts.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const LastRow = z.object({ last_offset: z.coerce.bigint(), last_ms: z.coerce.number() });

/**
 * Whether a topic was deleted and made anew since the group's last commit, and has grown past that offset: what lies
 * there now would be taken for a continuation, and its first records would be lost. kafkajs knows no topic ids, so the
 * last record that was ingested is looked at: a topic made anew has another append time there.
 */
export async function isMadeAnew(
  deps: { readonly kafka: KafkaConfig; readonly clickhouse: Pick<ClickHouse, "query">; readonly log: Log },
  { topic, partition, low, committed }: PartitionStart,
): Promise<boolean> {
  if (committed === null || committed.offset <= low) return false;
  const [last] = await deps.clickhouse.query({
    name: "last_ingested_record",
    sql: `SELECT last_offset, toUnixTimestamp64Milli(last_append_time) AS last_ms
FROM batches_v1
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND last_offset < {before:UInt64} AND epoch = 0
ORDER BY ingested_at DESC, last_offset DESC
LIMIT 1`,
    params: { topic, partition, before: String(committed.offset) },
    row: LastRow,
  });
  if (last === undefined || last.last_offset < low) return false;
  const fetcher = createPartitionFetcher(deps.kafka, { topic, partition }, deps.log);
  try {
    const { records } = await fetcher.fetch(last.last_offset);
    const record = records.find(({ offset }) => offset === last.last_offset);
    return record !== undefined && record.appendTimeMs !== last.last_ms;
  } finally {
    await fetcher.close();
  }
}
