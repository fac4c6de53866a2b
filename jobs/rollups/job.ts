import type { Job } from "#jobs/job.ts";
import type { RollupMeasures } from "#jobs/rollups/measures.ts";
import { pauseAfter } from "#jobs/rollups/pause.ts";
import type { Rollup } from "#jobs/rollups/rollup.ts";
import { type RollupStore, rollUp } from "#jobs/rollups/round.ts";

export interface RollupDeps {
  readonly clickhouse: RollupStore;
  readonly measures: RollupMeasures;
  readonly clock: () => Date;
}

/** Keeps a rollup equal to the events: recomputes the buckets that have new rows, within its share of a core. */
export function rollupJob(deps: RollupDeps, rollup: Rollup): Job {
  let busyMs = 0;
  return {
    name: rollup.name,
    get everyMs() {
      return pauseAfter(busyMs, rollup.pace);
    },
    run: async (signal) => {
      const beganMs = performance.now();
      try {
        const { buckets, dataUntil } = await rollUp(deps, rollup, signal);
        deps.measures.recomputed(rollup.name, buckets, dataUntil);
      } finally {
        busyMs = performance.now() - beganMs;
      }
    },
  };
}
