import { z } from "zod";
import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** Tables whose rows name the positions that they come from. */
export type TableOfBatch = "events_v1" | "records_v1" | "batches_v1";

const Count = z.object({ found: z.coerce.number() });

/**
 * Whether the rows that a batch has for one table partition are in the store: as many as there are keys among them, at
 * the batch's own positions and append times. One insert is one block, so it is there in whole or not at all; where
 * merging with another record's rows took some away the answer is no, and an insert under its token is right then too.
 */
export async function areThere(
  clickhouse: Pick<ClickHouse, "query">,
  batch: BuiltBatch,
  table: TableOfBatch,
  rows: readonly Row[],
): Promise<boolean> {
  if (rows.length === 0) return true;
  const [found] = await clickhouse.query({
    name: `read_back_${table}`,
    sql: COUNT[table],
    params: {
      topic: batch.topic,
      partition: batch.partition,
      first: String(batch.first.offset),
      last: String(batch.last.offset),
      first_append_ms: batch.first.appendTimeMs,
      root: batch.root,
      ...spanOf(rows, "append_time", "append"),
      ...spanOf(rows, "bucket", "bucket"),
    },
    row: Count,
  });
  return (found?.found ?? 0) >= keysOf(table, rows);
}

const at = (parameter: string): string => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;
const POSITIONS = `topic = {topic:String} AND partition = {partition:UInt32}`;
const RANGE = `${POSITIONS} AND offset BETWEEN {first:UInt64} AND {last:UInt64} AND epoch = 0
  AND append_time BETWEEN ${at("append_from_ms")} AND ${at("append_to_ms")}`;

const COUNT: Readonly<Record<TableOfBatch, string>> = {
  events_v1: `SELECT uniqExact(bucket, gateway_team, model, session_id, event_id, sign) AS found FROM events_v1
WHERE bucket BETWEEN ${at("bucket_from_ms")} AND ${at("bucket_to_ms")} AND ${RANGE}`,
  records_v1: `SELECT uniqExact(offset, element, append_time) AS found FROM records_v1 WHERE ${RANGE}`,
  batches_v1: `SELECT uniqExact(first_offset) AS found FROM batches_v1
WHERE ${POSITIONS} AND first_offset = {first:UInt64} AND last_offset = {last:UInt64} AND epoch = 0
  AND first_append_time = ${at("first_append_ms")} AND root = {root:String}`,
};

/** The first and last of the rows' times in a column that they may have. */
function spanOf(rows: readonly Row[], column: string, name: string): Record<string, number> {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    const ms = Date.parse(String(row[column]));
    if (ms < from) from = ms;
    if (ms > to) to = ms;
  }
  return Number.isFinite(from) ? { [`${name}_from_ms`]: from, [`${name}_to_ms`]: to } : {};
}

/** Rows of one key in one block are one row in the store. */
function keysOf(table: TableOfBatch, rows: readonly Row[]): number {
  if (table !== "events_v1") return rows.length;
  const columns = ["bucket", "gateway_team", "model", "session_id", "event_id", "sign"];
  return new Set(rows.map((row) => JSON.stringify(columns.map((column) => row[column])))).size;
}
