import { MEASURES, type Rollup } from "#jobs/rollups/rollup.ts";
import { ONE_CORE, ONE_INSERT, sumsSql } from "#jobs/rollups/sums-sql.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/**
 * Writes buckets of one table partition anew, each as one row that takes the place of the older. A bucket without calls
 * becomes a row without sums. `position`: what of the partition was there, at the least, before this began to read.
 */
export async function recompute(
  clickhouse: Pick<ClickHouse, "command">,
  rollup: Rollup,
  given: { readonly buckets: readonly string[]; readonly position: bigint; readonly now: Date },
): Promise<void> {
  if (given.buckets.length === 0) return;
  await clickhouse.command(recomputeSql(rollup), {
    name: `recompute_${rollup.name}`,
    params: {
      buckets: given.buckets,
      position: String(given.position),
      computed_at: given.now.toISOString().replace("Z", ""),
    },
    settings: { ...ONE_CORE, ...ONE_INSERT },
  });
}

function recomputeSql(rollup: Rollup): string {
  const names = [...rollup.dimensions, ...MEASURES].map(({ name }) => name);
  return `INSERT INTO ${rollup.table} (bucket, version, computed_at, ${names.map((name) => `\`sums.${name}\``).join(", ")})
SELECT asked.bucket, {position:UInt64}, {computed_at:DateTime64(3, 'UTC')},
  ${names.map((name) => `made.${name}`).join(", ")}
FROM (SELECT arrayJoin({buckets:Array(DateTime('UTC'))}) AS bucket) AS asked
LEFT JOIN (
  SELECT bucket, ${names.map((name) => `groupArray(tuple(sum_${name})).1 AS ${name}`).join(", ")}
  FROM (${sumsSql(rollup)})
  GROUP BY bucket
) AS made ON made.bucket = asked.bucket`;
}
