import { z } from "zod";
import { RECOMPUTE } from "#jobs/budgets/lines-sql.ts";
import { ONE_INSERT } from "#jobs/rollups/sums-sql.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const StampRow = z.object({ bucket_s: z.coerce.number(), stamp: z.string() });

/** Which rows are on record from a moment on, by bucket in seconds since 1970, and which version of each. */
export async function readStamps(
  clickhouse: Pick<ClickHouse, "query">,
  asked: { readonly fromS: number } | { readonly buckets: readonly number[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const isStretch = "fromS" in asked;
  const rows = await clickhouse.query({
    name: "budget_row_stamps",
    sql: `SELECT toUnixTimestamp(bucket) AS bucket_s, concat(toString(version), ' ', toString(computed_at)) AS stamp
          FROM payer_costs_v1 FINAL
          WHERE ${isStretch ? "bucket >= toDateTime({from:UInt32}, 'UTC')" : "bucket IN {buckets:Array(DateTime('UTC'))}"}`,
    params: isStretch ? { from: asked.fromS } : { buckets: asked.buckets.map(bucketText) },
    row: StampRow,
    signal,
  });
  return new Map(rows.map(({ bucket_s, stamp }) => [bucket_s, stamp]));
}

/** The buckets of the events from a moment on. */
export async function eventBuckets(
  clickhouse: Pick<ClickHouse, "query">,
  fromS: number,
  signal: AbortSignal,
): Promise<readonly { readonly bucket: number; readonly rows: number }[]> {
  return clickhouse.query({
    name: "budget_event_buckets",
    sql: `SELECT toUnixTimestamp(bucket) AS bucket, count() AS rows FROM events_v1
          WHERE events_v1.bucket >= toDateTime({from:UInt32}, 'UTC') GROUP BY events_v1.bucket`,
    params: { from: fromS },
    row: z.object({ bucket: z.coerce.number(), rows: z.coerce.number() }),
    signal,
  });
}

/** Writes rows of buckets anew. `position`: what of their table partition was there, at the least, before. */
export async function recomputeRows(
  clickhouse: Pick<ClickHouse, "command">,
  given: { readonly buckets: readonly number[]; readonly position: bigint; readonly now: Date },
): Promise<void> {
  await clickhouse.command(RECOMPUTE, {
    name: "recompute_payer_costs",
    params: {
      buckets: given.buckets.map(bucketText),
      position: String(given.position),
      computed_at: given.now.toISOString().replace("Z", ""),
    },
    settings: { do_not_merge_across_partitions_select_final: 1, ...ONE_INSERT },
  });
}

/** `2026-11-01 00:05:00`, as the store reads it. */
export function bucketText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

export function bucketSeconds(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
}
