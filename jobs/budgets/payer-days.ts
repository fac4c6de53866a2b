import { z } from "zod";
import type { DayLayout } from "#jobs/budgets/day-layout.ts";
import { writeDaySql } from "#jobs/budgets/lines-sql.ts";
import { ONE_INSERT } from "#jobs/rollups/sums-sql.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const DAY_S = 86_400;
const DayRow = z.object({ day: z.string(), stamp: z.string(), laid: z.string() });

export interface Days {
  /** As `2026-11-01`: those that are summed and right. */
  readonly fresh: readonly string[];
  readonly stale: readonly { readonly day: string; readonly stamp: string }[];
}

/** Which whole days from `fromS` to before `toS` are summed by a layout and right, and which are not. */
export async function readDays(
  clickhouse: Pick<ClickHouse, "query">,
  layout: DayLayout,
  { fromS, toS }: { readonly fromS: number; readonly toS: number },
  signal: AbortSignal,
): Promise<Days> {
  const rows = await clickhouse.query({
    name: "budget_days",
    sql: `SELECT toString(day) AS day, toString(sumIf(its, is_now)) AS stamp, toString(sumIf(its, NOT is_now)) AS laid
          FROM (
            SELECT toDate(bucket) AS day, true AS is_now, cityHash64(bucket, version, computed_at) AS its
            FROM payer_costs_v1 FINAL
            WHERE bucket >= toDateTime({from:UInt32}, 'UTC') AND bucket < toDateTime({to:UInt32}, 'UTC')
            UNION ALL
            SELECT day, false, stamp FROM payer_days_v1 FINAL
            WHERE layout = {layout:UInt64} AND day >= toDate({from:UInt32}) AND day < toDate({to:UInt32})
          )
          GROUP BY day`,
    // Only whole days: one that goes on is another every five minutes.
    params: {
      from: Math.ceil(fromS / DAY_S) * DAY_S,
      to: Math.floor(toS / DAY_S) * DAY_S,
      layout: layout.id,
    },
    row: DayRow,
    signal,
  });
  return {
    fresh: rows.filter(({ stamp, laid }) => stamp === laid).map(({ day }) => day),
    stale: rows.filter(({ stamp, laid }) => stamp !== laid),
  };
}

/** Sums a day anew. `stamp` was read before: if a row of the day changes meanwhile, the day is stale and not wrong. */
export async function writeDay(
  clickhouse: Pick<ClickHouse, "command">,
  layout: DayLayout,
  { day, stamp }: Days["stale"][number],
  now: Date,
): Promise<void> {
  const fromS = Date.parse(`${day}T00:00:00Z`) / 1000;
  await clickhouse.command(writeDaySql(layout.columns), {
    name: "write_payer_day",
    params: {
      layout: layout.id,
      ...{ day, stamp, marks: layout.marks, from: fromS, to: fromS + DAY_S },
      computed_at: now.toISOString().replace("Z", ""),
    },
    settings: { do_not_merge_across_partitions_select_final: 1, ...ONE_INSERT },
  });
}
