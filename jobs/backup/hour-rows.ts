import { z } from "zod";
import type { BackedUpHour } from "#core/backup/manifest.ts";
import { BatchRow, type RowPosition } from "#jobs/backup/batch-ranges.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** `2026-11-23T22` as the bounds of the hour, as ClickHouse reads them. */
export function boundsOf(hour: string): { readonly from: string; readonly to: string } {
  const start = Date.parse(`${hour}:00:00Z`);
  return {
    from: new Date(start).toISOString().slice(0, -1),
    to: new Date(start + 3_600_000).toISOString().slice(0, -1),
  };
}

const Counted = z.object({ hour: z.string(), batches: z.coerce.number(), corrections: z.coerce.number() });
export type CountedHour = Pick<BackedUpHour, "hour" | "batches" | "corrections">;

/** How much each hour before a moment holds, by the time of writing. */
export async function countHours(
  clickhouse: Pick<ClickHouse, "query">,
  before: string,
): Promise<readonly CountedHour[]> {
  const hour = "formatDateTime(toStartOfHour(ingested_at), '%Y-%m-%dT%H', 'UTC') AS hour";
  const corrections = (table: string) =>
    `SELECT ${hour}, 0 AS batches, count() AS corrections FROM ${table}
     WHERE epoch > 0 AND ingested_at < {before:DateTime64(3, 'UTC')} GROUP BY hour`;
  return clickhouse.query({
    name: "backup_hours",
    sql: `SELECT hour, sum(batches) AS batches, sum(corrections) AS corrections FROM (
            SELECT ${hour}, count() AS batches, 0 AS corrections FROM batches_v1 FINAL
            WHERE epoch = 0 AND ingested_at < {before:DateTime64(3, 'UTC')} GROUP BY hour
            UNION ALL ${corrections("events_v1 FINAL")}
            UNION ALL ${corrections("records_v1 FINAL")}
            UNION ALL ${corrections("batches_v1 FINAL")})
          GROUP BY hour ORDER BY hour`,
    params: { before },
    row: Counted,
  });
}

const Any = z.looseObject({});
const Positioned = z.looseObject({
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  append_time: z.string(),
  ingested_at: z.string(),
}) satisfies z.ZodType<RowPosition>;
export const EventRow = Positioned.extend({
  event_id: z.string(),
  cost_usd: z.string().nullable(),
  sign: z.int(),
});
export const RecordRow = Positioned.extend({ event_ids: z.array(z.string()) });

const IN_HOUR = "ingested_at >= {from:DateTime64(3, 'UTC')} AND ingested_at < {to:DateTime64(3, 'UTC')}";

export function readBatches(clickhouse: ClickHouse, hour: string): Promise<readonly BatchRow[]> {
  return clickhouse.query({
    name: "backup_batches",
    sql: `SELECT * FROM batches_v1 FINAL WHERE epoch = 0 AND ${IN_HOUR}
          ORDER BY topic, partition, first_offset, last_offset, first_append_time`,
    params: boundsOf(hour),
    row: BatchRow,
  });
}

/** Record rows of the offsets of one partition that were written in the hour. */
export function streamRecords(
  clickhouse: ClickHouse,
  hour: string,
  at: { readonly topic: string; readonly partition: number; readonly first: bigint; readonly last: bigint },
) {
  return clickhouse.stream({
    name: "backup_records",
    sql: `SELECT * FROM records_v1 FINAL
          WHERE topic = {topic:String} AND partition = {partition:UInt32}
            AND offset BETWEEN {first:UInt64} AND {last:UInt64} AND epoch = 0 AND ${IN_HOUR}
          ORDER BY topic, partition, offset, append_time, element`,
    params: { ...boundsOf(hour), ...at, first: String(at.first), last: String(at.last) },
    row: RecordRow,
  });
}

/**
 * Event rows that were written in the hour, from the months that its batches name. Without FINAL: it would leave out
 * a row that one of a later hour replaces, and the files of this hour must stand without those of the next.
 */
export function streamEvents(clickhouse: ClickHouse, hour: string, months: readonly number[]) {
  return clickhouse.stream({
    name: "backup_events",
    sql: `SELECT * FROM events_v1 WHERE epoch = 0 AND toYYYYMM(bucket) IN {months:Array(UInt32)} AND ${IN_HOUR}
          ORDER BY bucket, gateway_team, model, session_id, event_id, epoch, sign, version
          LIMIT 1 BY bucket, gateway_team, model, session_id, event_id, sign, topic, partition, offset, element`,
    params: { ...boundsOf(hour), months },
    row: EventRow,
  });
}

/** What was written beside the batches in the hour: rows of an epoch above 0. */
export function streamCorrections(
  clickhouse: ClickHouse,
  hour: string,
  table: "events_v1" | "records_v1" | "batches_v1",
) {
  return clickhouse.stream({
    name: "backup_corrections",
    sql: `SELECT * FROM ${table} FINAL WHERE epoch > 0 AND ${IN_HOUR} ORDER BY ALL`,
    params: boundsOf(hour),
    row: Any,
  });
}

/** How many of some events have a row of a batch at all. */
export async function countEvents(clickhouse: ClickHouse, eventIds: readonly string[]): Promise<number> {
  const [row] = await clickhouse.query({
    name: "backup_events_there",
    sql: `SELECT uniqExact(event_id) AS found FROM events_v1
          WHERE epoch = 0 AND event_id IN {ids:Array(String)}`,
    params: { ids: eventIds },
    row: z.object({ found: z.coerce.number() }),
  });
  return row?.found ?? 0;
}
