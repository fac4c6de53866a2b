import { protocolError } from "#runtime/kafka/faults.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** What a topic that was made anew answers: it ends before that offset, or has fewer partitions. */
const NOT_THERE = new Set(["OFFSET_OUT_OF_RANGE", "UNKNOWN_TOPIC_OR_PARTITION"]);

/** The record at an offset; null when none is there. */
export async function recordAt(
  kafka: KafkaConfig,
  at: { readonly topic: string; readonly partition: number; readonly offset: bigint },
  log: Log,
): Promise<LogRecord | null> {
  const fetcher = createPartitionFetcher(kafka, at, log);
  try {
    const { records } = await fetcher.fetch(at.offset);
    return records.find(({ offset }) => offset === at.offset) ?? null;
  } catch (error) {
    if (NOT_THERE.has(protocolError(error) ?? "")) return null;
    throw error;
  } finally {
    await fetcher.close();
  }
}
