import { z } from "zod";
import { RECORD_COLUMNS } from "#ingest/columns.ts";
import { placeOf } from "#ingest/replay/event-ids.ts";
import type { Partition } from "#ingest/replay/stored-records.ts";
import type { ScopedRecord } from "#ingest/runs/scoped-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { ColumnValue, Row } from "#runtime/clickhouse/write-rows.ts";

const Value: z.ZodType<ColumnValue> = z.any();
const RecordRow = z.object({ append_ms: z.coerce.number(), row: z.record(z.string(), Value) });

/** Whole rows of `records_v1` as they are believed before an epoch, by position: a correction is a copy of one. */
export async function readRecordRows(
  clickhouse: Pick<ClickHouse, "query">,
  at: Partition,
  records: readonly ScopedRecord[],
  epoch: number,
): Promise<ReadonlyMap<string, Row>> {
  if (records.length === 0) return new Map();
  const columns = RECORD_COLUMNS.map((name) => `\`${name}\``).join(", ");
  const rows = await clickhouse.query({
    name: "run_record_rows",
    sql: `SELECT toUnixTimestamp64Milli(append_time) AS append_ms, ${columns}
          FROM records_v1
          WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset IN {offsets:Array(UInt64)}
            AND epoch < {epoch:UInt32}
          ORDER BY offset, append_time, element, epoch DESC
          LIMIT 1 BY offset, append_time, element`,
    params: {
      topic: at.topic,
      partition: at.partition,
      offsets: [...new Set(records.map(({ offset }) => offset))],
      epoch,
    },
    row: z
      .record(z.string(), Value)
      .transform(({ append_ms, ...row }) => RecordRow.parse({ append_ms, row })),
  });
  return new Map(
    rows.map(({ append_ms, row }) => [
      placeOf({ offset: BigInt(String(row["offset"])), append_ms, element: Number(row["element"]) }),
      row,
    ]),
  );
}
