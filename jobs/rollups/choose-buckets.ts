import { z } from "zod";
import type { Rollup } from "#jobs/rollups/rollup.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const BUCKET_MS = 300_000;
/** An hour at a time: at 1,000 events a second these are 3,600,000 rows. */
const BUCKETS_PER_TURN = 12;

/** The buckets that were recomputed last. */
export async function lastComputed(
  clickhouse: Pick<ClickHouse, "query">,
  { table }: Rollup,
): Promise<readonly string[]> {
  const rows = await clickhouse.query({
    name: "rollup_last_computed",
    sql: `SELECT toString(bucket) AS bucket FROM ${table} FINAL ORDER BY computed_at DESC, bucket LIMIT {most:UInt32}`,
    params: { most: BUCKETS_PER_TURN },
    row: z.object({ bucket: z.string() }),
  });
  return rows.map(({ bucket }) => bucket);
}

/**
 * The buckets whose turn it is, an hour of one of the months, so that turn by turn all come up, also those that are in
 * the rollup alone or in the events alone. A month is named as table partitions are: `202611`.
 */
export function inTurn(months: readonly string[], turn: number): readonly string[] {
  let left = months.reduce((turns, month) => turns + hoursOf(month), 0);
  if (left === 0) return [];
  left = turn % left;
  for (const month of months.toSorted()) {
    const hours = hoursOf(month);
    if (left < hours) {
      const fromMs = startMs(month) + left * BUCKETS_PER_TURN * BUCKET_MS;
      return Array.from({ length: month === UNDATED ? 1 : BUCKETS_PER_TURN }, (_, at) =>
        new Date(fromMs + at * BUCKET_MS).toISOString().slice(0, 19).replace("T", " "),
      );
    }
    left -= hours;
  }
  return [];
}

/** Where records without a time lie, all in its first bucket. */
const UNDATED = "197001";

function startMs(month: string): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - 1);
}

function hoursOf(month: string): number {
  if (month === UNDATED) return 1;
  const nextMs = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)));
  return (nextMs - startMs(month)) / (BUCKETS_PER_TURN * BUCKET_MS);
}
