import { z } from "zod";
import { MEASURES, type Rollup } from "#jobs/rollups/rollup.ts";
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
  const groups = rollup.dimensions.map(({ name }) => name);
  const figures = MEASURES.map(({ name }) => name);
  const columns = [...groups, ...figures];
  const text = `toString(tuple(${figures.join(", ")}))`;
  const off = (name: string) =>
    `abs(ifNull(sumIf(${name}, is_raw), 0) - ifNull(sumIf(${name}, NOT is_raw), 0)) AS ${name}_off`;
  return `SELECT toString(at) AS bucket, sum(differs) AS groups, sum(calls_off) AS calls,
  toString(sum(cost_usd_off)) AS cost_usd
FROM (
  SELECT at, ${off("calls")}, ${off("cost_usd")},
    countIf(is_raw) != countIf(NOT is_raw) OR anyIf(${text}, is_raw) != anyIf(${text}, NOT is_raw) AS differs
  FROM (
    SELECT bucket AS at, true AS is_raw, ${columns.map((name) => `sum_${name} AS ${name}`).join(", ")}
    FROM (${sumsSql(rollup)})
    UNION ALL
    SELECT bucket AS at, false AS is_raw, ${columns.map((name) => `s.${name} AS ${name}`).join(", ")}
    FROM ${rollup.table} FINAL ARRAY JOIN sums AS s
    WHERE bucket IN {buckets:Array(DateTime('UTC'))}
  )
  GROUP BY at, ${groups.join(", ")}
)
GROUP BY at HAVING groups > 0 ORDER BY at`;
}
