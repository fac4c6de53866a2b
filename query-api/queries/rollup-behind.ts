import { z } from "zod";
import type { RollupName } from "#query-api/queries/rolled-costs.ts";
import type { ViewQuery } from "#query-api/reader.ts";

const Behind = z.object({ bucket: z.string(), whole_month: z.boolean() });

/** More than these are read from the calls faster all at once. */
export const BEHIND_MAX = 288;

/** The buckets in which a rollup has not seen everything, from the first that may hold a call of the range. */
export function rollupBehindQuery(rollup: RollupName, from: string): ViewQuery<typeof Behind> {
  return {
    name: "rollup_behind",
    sql: () =>
      "SELECT toString(bucket) AS bucket, whole_month FROM rollup_behind(rollup = {rollup:String}, from = {from:DateTime64(3, 'UTC')}) ORDER BY whole_month DESC, bucket LIMIT {most:UInt32}",
    params: { rollup, from: from.replace("Z", ""), most: BEHIND_MAX + 1 },
    row: Behind,
  };
}
