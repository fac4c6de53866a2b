import { z } from "zod";
import type { CoveredBatch } from "#core/coverage/lives.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

type Reads = Pick<ClickHouse, "query">;

export interface At {
  readonly topic: string;
  readonly partition: number;
}

const Whole = z.coerce.bigint();
const Batch = z
  .object({
    first_offset: Whole,
    last_offset: Whole,
    records: Whole,
    elements: Whole,
    accepted: Whole,
    rejected: Whole,
    first_ms: z.coerce.number(),
    last_ms: z.coerce.number(),
    ingested_ms: z.coerce.number(),
  })
  .transform(
    ({ first_offset: from, last_offset: to, first_ms, last_ms, ingested_ms, ...counts }): CoveredBatch => ({
      ...counts,
      ...{ from, to, firstAppendMs: first_ms, lastAppendMs: last_ms, ingestedAtMs: ingested_ms },
    }),
  );

const COLUMNS = `first_offset, last_offset, any(records) AS records, any(elements) AS elements,
    any(accepted) AS accepted, any(rejected) AS rejected,
    toUnixTimestamp64Milli(first_append_time) AS first_ms,
    toUnixTimestamp64Milli(any(last_append_time)) AS last_ms,
    toUnixTimestamp64Milli(any(ingested_at)) AS ingested_ms`;
const OF_PARTITION =
  "FROM batches_v1 WHERE topic = {topic:String} AND partition = {partition:UInt32} AND epoch = 0";
const GROUP = "GROUP BY first_offset, last_offset, first_append_time";

/** Batches a look takes in at most; the next look goes on from there. */
export const BATCHES_MAX = 5_000;

/** What was ingested behind a place of a life, the batch at that place too, and whatever a later life has. */
export function readBatchesBehind(
  clickhouse: Reads,
  at: At,
  place: { readonly lifeMs: number; readonly coveredTo: bigint; readonly lastAppendMs: number },
): Promise<CoveredBatch[]> {
  return clickhouse.query({
    name: "coverage_batches_behind",
    // Two reads, because an OR would use neither index.
    sql: `SELECT ${COLUMNS} FROM (
        SELECT * ${OF_PARTITION} AND last_offset >= {covered_to:Int64}
          AND first_append_time >= fromUnixTimestamp64Milli({life:Int64})
        UNION ALL
        SELECT * ${OF_PARTITION} AND first_append_time > fromUnixTimestamp64Milli({last_ms:Int64}))
      ${GROUP}
      ORDER BY ingested_ms, first_ms, first_offset LIMIT {rows_max:UInt32}`,
    params: {
      ...at,
      covered_to: String(place.coveredTo),
      last_ms: place.lastAppendMs,
      life: place.lifeMs,
      rows_max: BATCHES_MAX,
    },
    row: Batch,
  });
}

/** Batches of any life that touch a range of offsets, in order of offsets. */
export function readBatchesIn(
  clickhouse: Reads,
  at: At,
  range: { readonly from: bigint; readonly to: bigint; readonly rowsMax?: number },
): Promise<CoveredBatch[]> {
  return clickhouse.query({
    name: "coverage_batches_in",
    sql: `SELECT ${COLUMNS} ${OF_PARTITION} AND last_offset >= {from:UInt64} AND first_offset <= {to:UInt64}
      ${GROUP} ORDER BY first_offset, first_ms LIMIT {rows_max:UInt32}`,
    params: { ...at, from: String(range.from), to: String(range.to), rows_max: range.rowsMax ?? BATCHES_MAX },
    row: Batch,
  });
}
