import type { CostDimension } from "#query-api/dimensions.ts";
import { type CostShape, type CostSums, type CostValues, costsQuery } from "#query-api/queries/costs.ts";
import { type RolledFrom, rolledCostsQuery, rollupFor } from "#query-api/queries/rolled-costs.ts";
import { BEHIND_MAX, rollupBehindQuery } from "#query-api/queries/rollup-behind.ts";
import type { Reader } from "#query-api/reader.ts";

export const READ_FROM = ["calls", "cost_5m", "cost_5m_by_user"] as const;

export interface ReadCosts {
  readonly sums: readonly CostSums[];
  /** What the sums were made of; buckets that a rollup was behind with, and what the range cuts, are always calls. */
  readonly readFrom: (typeof READ_FROM)[number];
  readonly bucketsBehind: number;
}

/**
 * Costs from a rollup where one can tell them, else from the calls; the figures are the same. What is booked where only
 * the calls can tell, by the time that each was written. Both are as fresh: where
 * a rollup is behind is asked after the standing was read, and those buckets are read from the calls.
 */
export async function readCosts(
  reader: Reader,
  shape: CostShape,
  values: CostValues,
  wish: "auto" | "calls",
): Promise<ReadCosts> {
  // Rollups hold what is believed now and nothing of before.
  const rolled =
    wish === "calls" || values.books !== undefined || (values.belief ?? null) !== null
      ? null
      : await rolledFrom(reader, [...shape.groupBy, ...shape.filters], values);
  if (rolled === null)
    return { sums: await reader.rows(costsQuery(shape, values)), readFrom: "calls", bucketsBehind: 0 };
  const sums = await reader.rows(rolledCostsQuery(shape, values, rolled));
  return { sums, readFrom: rolled.rollup, bucketsBehind: rolled.behind.length };
}

async function rolledFrom(
  reader: Reader,
  names: readonly CostDimension[],
  { from }: CostValues,
): Promise<RolledFrom | null> {
  const rollup = rollupFor(names);
  if (rollup === null) return null;
  const behind = await reader.rows(rollupBehindQuery(rollup, from));
  // A month that no round has been to, or an import of many: the calls are the shorter way.
  if (behind.length > BEHIND_MAX || behind.some(({ whole_month }) => whole_month)) return null;
  return { rollup, behind: behind.map(({ bucket }) => bucket) };
}
