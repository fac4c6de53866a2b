import { z } from "zod";
import { DIMENSION_SQL } from "#query-api/dimensions.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

/** What the bucket can be taken apart by: what a rule could go by. */
export const UNALLOCATED_GROUPS = ["team", "user", "api_key", "project", "gateway"] as const;
export type UnallocatedGroup = (typeof UNALLOCATED_GROUPS)[number];

const by = Object.fromEntries(UNALLOCATED_GROUPS.map((name) => [`by_${name}`, Known.optional()])) as Record<
  `by_${UnallocatedGroup}`,
  z.ZodOptional<typeof Known>
>;

/** One group of calls that no cost centre pays for. */
export const UnallocatedSums = z.object({
  ...by,
  calls: Whole,
  cost: z.string(),
  gateway_cost: z.string(),
  unpriced_calls: Whole,
  first_seen: Moment,
  last_seen: Moment,
});
export type UnallocatedSums = z.infer<typeof UnallocatedSums>;

/**
 * The bucket by group, the longest there first. A call that was allocated since is there twice, with and against the
 * sign; so first and last are those of the hours in which anything is left.
 */
export function unallocatedQuery(
  groupBy: readonly UnallocatedGroup[],
  values: { readonly from: string; readonly to: string; readonly rowsMax: number },
): ViewQuery<typeof UnallocatedSums> {
  const groups = UNALLOCATED_GROUPS.filter((name) => groupBy.includes(name));
  const keys = groups.map((name) => `by_${name}`);
  return {
    name: "unallocated",
    sql: ({ calls }) =>
      [
        "SELECT",
        ...keys.map((key) => `  ${key},`),
        "  sum(calls_of) AS calls,",
        "  toString(sum(cost_of)) AS cost,",
        "  toString(sum(gateway_of)) AS gateway_cost,",
        "  sum(unpriced_of) AS unpriced_calls,",
        "  toDateTime64(minIf(hour, left_of != 0), 3, 'UTC') AS first_seen,",
        "  toDateTime64(maxIf(hour, left_of != 0), 3, 'UTC') AS last_seen",
        "FROM (SELECT",
        ...groups.map((name) => `  toString(${DIMENSION_SQL[name]}) AS by_${name},`),
        "  toStartOfHour(event_time) AS hour,",
        "  sum(sign) AS left_of,",
        "  sumIf(sign, kind = 'response') AS calls_of,",
        "  ifNull(sumIf(sign * cost_usd, cost_status IN ('rated', 'estimated')), 0) AS cost_of,",
        "  ifNull(sumIf(sign * cost_usd, cost_status = 'gateway'), 0) AS gateway_of,",
        "  sumIf(sign, cost_status = 'unpriced') AS unpriced_of",
        `FROM ${calls}`,
        "WHERE cost_center = ''",
        `GROUP BY ${[...keys, "hour"].join(", ")})`,
        ...(keys.length === 0 ? [] : [`GROUP BY ${keys.join(", ")}`]),
        "HAVING calls != 0 OR cost != '0' OR gateway_cost != '0' OR unpriced_calls != 0",
        `ORDER BY ${["first_seen", ...keys].join(", ")}`,
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      from: values.from.replace("Z", ""),
      to: values.to.replace("Z", ""),
      rows_max: values.rowsMax,
    },
    row: UnallocatedSums,
  };
}
