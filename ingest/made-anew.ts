import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import type { PartitionStart } from "#runtime/kafka/partition-starts.ts";
import { isPoison } from "#runtime/kafka/poison.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** A record that was dealt with: where it lay, and its append time, which says in which life of the topic. */
export interface Position {
  readonly offset: bigint;
  readonly appendTimeMs: number;
}

/** Of the last of some records, without the record; null of none. */
export function positionOf(records: readonly Position[]): Position | null {
  const last = records.at(-1);
  return last === undefined ? null : { offset: last.offset, appendTimeMs: last.appendTimeMs };
}

export interface MadeAnewDeps {
  readonly kafka: KafkaConfig;
  readonly clickhouse: Pick<ClickHouse, "query">;
  readonly log: Log;
}

const Known = z.object({ is_ingested: z.coerce.boolean(), is_after_older: z.coerce.boolean() });

/**
 * Whether a topic was deleted and made anew and has grown past a committed offset: what lies there now would be taken
 * for a continuation, and its first records would be lost. kafkajs knows no topic ids, so the first record that is
 * there is looked at: where it was never ingested, and a batch that was ingested from the same offset or a later one
 * is older than it, that batch was of another life. (Records that an operator passed over on purpose are older than
 * what was ingested behind them.)
 */
export async function isMadeAnew(
  deps: MadeAnewDeps,
  { topic, partition, low, committed }: Omit<PartitionStart, "high">,
): Promise<boolean> {
  if (committed === null || committed.offset <= low) return false;
  const fetcher = createPartitionFetcher(deps.kafka, { topic, partition }, deps.log);
  try {
    const [first] = (await fetcher.fetch(low)).records;
    if (first === undefined || first.offset >= committed.offset || isPoison(first.value)) return false;
    const [known] = await deps.clickhouse.query({
      name: "known_first_record",
      sql: `SELECT
              (SELECT count() FROM records_v1
               WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}
                 AND append_time = fromUnixTimestamp64Milli({append:Int64}, 'UTC')) > 0 AS is_ingested,
              (SELECT count() FROM batches_v1
               WHERE topic = {topic:String} AND partition = {partition:UInt32} AND epoch = 0
                 AND last_offset >= {offset:UInt64}
                 AND last_append_time < fromUnixTimestamp64Milli({append:Int64}, 'UTC')) > 0 AS is_after_older`,
      params: { topic, partition, offset: String(first.offset), append: first.appendTimeMs },
      row: Known,
    });
    return known?.is_after_older === true && !known.is_ingested;
  } finally {
    await fetcher.close();
  }
}

const LastRow = z.object({ last_offset: z.coerce.bigint(), last_ms: z.coerce.number() });

/** The last record below an offset that was ingested; null where none was. */
export async function lastIngested(
  clickhouse: Pick<ClickHouse, "query">,
  at: { readonly topic: string; readonly partition: number; readonly before: bigint },
): Promise<Position | null> {
  const [last] = await clickhouse.query({
    name: "last_ingested_record",
    sql: `SELECT last_offset, toUnixTimestamp64Milli(last_append_time) AS last_ms
          FROM batches_v1
          WHERE topic = {topic:String} AND partition = {partition:UInt32} AND last_offset < {before:UInt64}
            AND epoch = 0
          ORDER BY ingested_at DESC, last_offset DESC
          LIMIT 1`,
    params: { ...at, before: String(at.before) },
    row: LastRow,
  });
  return last === undefined ? null : { offset: last.last_offset, appendTimeMs: last.last_ms };
}
