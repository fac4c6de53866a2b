import { z } from "zod";
import { MEASURES, type Rollup, type SumColumn } from "#jobs/rollups/rollup.ts";
import { ONE_CORE, sumsSql } from "#jobs/rollups/sums-sql.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const DifferenceRow = z.object({
  bucket: z.string(),
  groups: z.coerce.number(),
  calls: z.coerce.number(),
  cost_usd: z.string(),
});

/** A bucket in which a rollup and the calls disagree: in how many groups, and by how much all in all. */
export type Difference = z.infer<typeof DifferenceRow>;

/** Compares buckets group by group in all figures, as texts, so that unknown is not 0. */
export async function differences(
  clickhouse: Pick<ClickHouse, "query">,
  rollup: Rollup,
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<readonly Difference[]> {
  return clickhouse.query({
    name: `compare_${rollup.name}`,
    sql: differencesSql(rollup),
    params: { buckets },
    settings: ONE_CORE,
    row: DifferenceRow,
    signal,
  });
}

function differencesSql(rollup: Rollup): string {
  const columns = [...rollup.dimensions, ...MEASURES].map(({ name }) => name);
  return `SELECT toString(at) AS bucket, groups, calls, cost_usd FROM (${offBy(rollup.dimensions, {
    right: `SELECT bucket AS at, ${columns.map((name) => `sum_${name} AS ${name}`).join(", ")}
    FROM (${sumsSql(rollup)})`,
    rolled: `SELECT bucket AS at, ${columns.map((name) => `s.${name} AS ${name}`).join(", ")}
    FROM ${rollup.table} FINAL ARRAY JOIN sums AS s
    WHERE bucket IN {buckets:Array(DateTime('UTC'))}`,
  })}) ORDER BY bucket`;
}

/** By how much two lists of sums differ where they do, each row with `at`, its groups and all figures. */
export function offBy(
  dimensions: readonly SumColumn[],
  { right, rolled }: { readonly right: string; readonly rolled: string },
): string {
  const groups = dimensions.map(({ name }) => name);
  const figures = MEASURES.map(({ name }) => name);
  const columns = [...groups, ...figures].join(", ");
  const text = `toString(tuple(${figures.join(", ")}))`;
  const off = (name: string) =>
    `abs(ifNull(sumIf(${name}, is_raw), 0) - ifNull(sumIf(${name}, NOT is_raw), 0)) AS ${name}_off`;
  return `SELECT at, sum(differs) AS groups, sum(calls_off) AS calls, toString(sum(cost_usd_off)) AS cost_usd
FROM (
  SELECT at, ${off("calls")}, ${off("cost_usd")},
    countIf(is_raw) != countIf(NOT is_raw) OR anyIf(${text}, is_raw) != anyIf(${text}, NOT is_raw) AS differs
  FROM (
    SELECT at, true AS is_raw, ${columns} FROM (${right})
    UNION ALL
    SELECT at, false AS is_raw, ${columns} FROM (${rolled})
  )
  GROUP BY at, ${groups.join(", ")}
)
GROUP BY at HAVING groups > 0`;
}
