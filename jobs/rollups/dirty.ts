import { z } from "zod";
import type { Rollup } from "#jobs/rollups/rollup.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const PartRow = z.object({ name: z.string() });
const BucketRow = z.object({ bucket: z.string(), rows: z.coerce.number() });

/** A bucket with new rows. */
export type Dirty = z.infer<typeof BucketRow>;

/**
 * The newest insert block of each table partition of `events_v1`, or of a rollup. The store gives the numbers in the order in which rows
 * become visible: whoever reads after this sees all rows up to them. (A replicated table gives them earlier.)
 */
export async function newestBlocks(
  clickhouse: Pick<ClickHouse, "query">,
  table: "events_v1" | "cost_5m_v1" = "events_v1",
): Promise<ReadonlyMap<string, bigint>> {
  const parts = await clickhouse.query({
    name: "rollup_parts",
    sql: `SELECT _part AS name, count() FROM ${table} GROUP BY _part`,
    row: PartRow,
  });
  const newest = new Map<string, bigint>();
  for (const { name } of parts) {
    const [tablePartition = "", , last] = name.split("_");
    if (last === undefined) throw new Error(`a part of ${table} has an unknown kind of name: ${name}`);
    const block = BigInt(last);
    if (block > (newest.get(tablePartition) ?? -1n)) newest.set(tablePartition, block);
  }
  return newest;
}

/**
 * The buckets of a table partition with rows of a block above `above`, newest first. By block and not by time: a row
 * that comes late, by a slow clock or by an ingester that repeats an old batch, is as new as any other. Parts whose
 * name ends below are left out unread; a part that merged meanwhile still tells the block of each of its rows.
 */
export async function dirtyBuckets(
  clickhouse: Pick<ClickHouse, "query">,
  tablePartition: string,
  above: bigint,
  signal: AbortSignal,
): Promise<readonly Dirty[]> {
  return clickhouse.query({
    name: "rollup_dirty",
    sql: `SELECT toString(bucket) AS bucket, count() AS rows FROM events_v1
          WHERE _partition_id = {table_partition:String}
            AND toInt64(splitByChar('_', _part)[3]) > {above:Int64} AND _block_number > {above:Int64}
          GROUP BY events_v1.bucket ORDER BY events_v1.bucket DESC`,
    params: { table_partition: tablePartition, above: String(above) },
    settings: { max_threads: 1 },
    row: BucketRow,
    signal,
  });
}

/** The buckets that a rollup has in a month, but for those that are empty already. */
export async function rolledUpBuckets(
  clickhouse: Pick<ClickHouse, "query">,
  { table }: Rollup,
  tablePartition: string,
): Promise<readonly Dirty[]> {
  return clickhouse.query({
    name: "rollup_buckets",
    sql: `SELECT toString(bucket) AS bucket, length(\`sums.calls\`) AS rows FROM ${table} FINAL
          WHERE _partition_id = {table_partition:String} AND notEmpty(\`sums.calls\`)`,
    params: { table_partition: tablePartition },
    row: BucketRow,
  });
}

/** How many rows lie in some buckets, repeats included: what recomputing them has to read. */
export async function countRows(
  clickhouse: Pick<ClickHouse, "query">,
  buckets: readonly string[],
): Promise<number> {
  const [row] = await clickhouse.query({
    name: "rollup_rows",
    sql: "SELECT count() AS rows FROM events_v1 WHERE bucket IN {buckets:Array(DateTime('UTC'))}",
    params: { buckets },
    settings: { max_threads: 1 },
    row: z.object({ rows: z.coerce.number() }),
  });
  return row?.rows ?? 0;
}
