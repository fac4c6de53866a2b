import { MEASURES, type Rollup } from "#jobs/rollups/rollup.ts";

/**
 * One row per bucket and group over the calls that count, for the buckets of `{buckets:Array(DateTime('UTC'))}`.
 * FINAL, so that repeats are folded; all rows that fold lie in one bucket, so a condition on it may stand before that.
 * Names are prefixed: an alias would hide the column it sums.
 */
export function sumsSql({ dimensions }: Rollup): string {
  return `SELECT bucket,
    ${[...dimensions, ...MEASURES].map(({ name, sql }) => `${sql} AS sum_${name}`).join(",\n    ")}
  FROM events_v1 FINAL
  WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND kind IN ('response', 'part') AND role = 'ledger'
  GROUP BY bucket, ${dimensions.map(({ name }) => `sum_${name}`).join(", ")}`;
}

/** One thread, so that the time it takes is the time of one core. */
export const ONE_CORE = { max_threads: 1, do_not_merge_across_partitions_select_final: 1 } as const;

/** No token and no deduplication: the same rows again are the same rows, and a healed bucket must be taken. */
export const ONE_INSERT = { async_insert: 0, insert_deduplicate: 0, max_insert_threads: "1" } as const;
