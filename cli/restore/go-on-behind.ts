import type { BatchRow } from "#jobs/backup/batch-ranges.ts";
import { listTopics } from "#runtime/kafka/list-topics.ts";
import { recordAt } from "#runtime/kafka/record-at.ts";
import { setOffsets } from "#runtime/kafka/set-offsets.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/**
 * Where the topics of records are still the old ones, the ingester goes on behind what was restored. A topic that was
 * made anew has another append time at that offset, or none: there it begins at the first record, and positions that
 * were restored are no repeat of it, because the append time is part of them.
 */
export async function goOnBehind(
  kafka: KafkaConfig,
  groupId: string,
  batches: ReadonlyMap<string, BatchRow>,
  log: Log,
): Promise<readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[]> {
  const there = await listTopics(kafka, log);
  const last = new Map<string, BatchRow>();
  for (const batch of batches.values()) {
    const key = `${batch.topic}/${batch.partition}`;
    const before = last.get(key);
    // The time first: a topic that was made anew before the back-up has begun at 0 again.
    if (before === undefined || isBehind(batch, before)) last.set(key, batch);
  }
  const offsets = [];
  for (const { topic, partition, last_offset, last_append_time } of last.values()) {
    if (!there.has(topic)) continue;
    const record = await recordAt(kafka, { topic, partition, offset: BigInt(last_offset) }, log);
    if (record?.appendTimeMs === Date.parse(`${last_append_time.replace(" ", "T")}Z`))
      offsets.push({ topic, partition, offset: BigInt(last_offset) + 1n });
  }
  await setOffsets(kafka, groupId, offsets, log);
  return offsets;
}

function isBehind(one: BatchRow, other: BatchRow): boolean {
  if (one.last_append_time !== other.last_append_time) return one.last_append_time > other.last_append_time;
  return BigInt(one.last_offset) > BigInt(other.last_offset);
}
