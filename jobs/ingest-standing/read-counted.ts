import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** The last batch of a partition that is counted. */
export interface Counted {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  readonly lastAppendMs: number;
}

const Row = z
  .object({
    topic: z.string(),
    partition: z.coerce.number(),
    first_offset: z.coerce.bigint(),
    last_offset: z.coerce.bigint(),
    append_ms: z.coerce.number(),
  })
  .transform(
    ({ first_offset: firstOffset, last_offset: lastOffset, append_ms: lastAppendMs, ...at }): Counted => ({
      ...{ ...at, firstOffset, lastOffset, lastAppendMs },
    }),
  );

/**
 * The last batch of each partition, by the time of its records: a topic that was made anew counts from 0 again. What is
 * known from the look before bounds what is read, by the table's own order.
 */
export function readCounted(
  clickhouse: Pick<ClickHouse, "query">,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  known: (at: { readonly topic: string; readonly partition: number }) => Counted | undefined,
  signal?: AbortSignal,
): Promise<readonly Counted[]> {
  if (partitions.length === 0) return Promise.resolve([]);
  const params: Record<string, string | number> = {};
  const places = partitions.map((at, index) => {
    params[`topic_${index}`] = at.topic;
    params[`partition_${index}`] = at.partition;
    params[`from_${index}`] = String(known(at)?.firstOffset ?? 0n);
    return `(topic = {topic_${index}:String} AND partition = {partition_${index}:UInt32} AND first_offset >= {from_${index}:UInt64})`;
  });
  return clickhouse.query({
    name: "ingest_counted",
    sql: `SELECT topic, partition, argMax(first_offset, place) AS first_offset, argMax(last_offset, place) AS last_offset,
            toUnixTimestamp64Milli(max(last_append_time)) AS append_ms
          FROM (SELECT topic, partition, first_offset, last_offset, last_append_time, (last_append_time, last_offset) AS place
                FROM batches_v1 WHERE epoch = 0 AND (${places.join(" OR ")}))
          GROUP BY topic, partition`,
    params,
    row: Row,
    ...(signal === undefined ? {} : { signal }),
  });
}
