import { z } from "zod";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const SuspectRow = z.object({
  bucket: z.string(),
  rows: z.coerce.number(),
  unpriced: z.coerce.number(),
});

/** A bucket with new rows, and how many of those speak of something unpriced, be it to take it back. */
export type Suspect = z.infer<typeof SuspectRow>;

/** The buckets of a table partition with rows of a block above `above`; by block, as `dirtyBuckets` does and says why. */
export function suspectBuckets(
  clickhouse: Pick<ClickHouse, "query">,
  tablePartition: string,
  above: bigint,
  signal: AbortSignal,
): Promise<readonly Suspect[]> {
  return clickhouse.query({
    name: "unpriced_suspects",
    sql: `SELECT toString(bucket) AS bucket, count() AS rows, countIf(${UNPRICED_SQL}) AS unpriced FROM events_v1
          WHERE _partition_id = {table_partition:String}
            AND toInt64(splitByChar('_', _part)[3]) > {above:Int64} AND _block_number > {above:Int64}
          GROUP BY events_v1.bucket ORDER BY events_v1.bucket`,
    params: { table_partition: tablePartition, above: String(above) },
    settings: { max_threads: 1 },
    row: SuspectRow,
    signal,
  });
}

const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);
const GroupRow = z.object({
  bucket: z.string(),
  platform: z.string(),
  model: z.string(),
  source: z.string(),
  note: z.string(),
  items: z.coerce.number(),
  first_seen: Moment,
  last_seen: Moment,
});

/** Unpriced calls, or parts of calls, of one bucket that have the same model, place, source and reason. */
export type UnpricedGroup = z.infer<typeof GroupRow>;

/** What is unpriced in some buckets now: live rows, each once. A model's name is the canonical one where we know it. */
export function countUnpriced(
  clickhouse: Pick<ClickHouse, "query">,
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<readonly UnpricedGroup[]> {
  return clickhouse.query({
    name: "unpriced_groups",
    sql: `SELECT toString(bucket) AS bucket, toString(platform) AS platform,
            if(model_canonical = '', toString(events_v1.model), toString(model_canonical)) AS model,
            toString(source) AS source, toString(cost_note) AS note, sum(sign) AS items,
            min(event_time) AS first_seen, max(event_time) AS last_seen
          FROM events_v1 FINAL
          WHERE events_v1.bucket IN {buckets:Array(DateTime('UTC'))} AND kind IN ('response', 'part') AND role = 'ledger'
            AND ${UNPRICED_SQL}
          GROUP BY ALL HAVING items != 0`,
    params: { buckets },
    settings: { max_threads: 1, do_not_merge_across_partitions_select_final: 1 },
    row: GroupRow,
    signal,
  });
}
