import type { Job } from "#jobs/job.ts";
import type { RollupMeasures } from "#jobs/rollups/measures.ts";
import { ownTime } from "#jobs/rollups/own-time.ts";
import { pauseAfter } from "#jobs/rollups/pause.ts";
import type { Rollup } from "#jobs/rollups/rollup.ts";
import { type RollupStore, rollUp } from "#jobs/rollups/round.ts";

export interface RollupDeps {
  readonly clickhouse: RollupStore;
  readonly measures: RollupMeasures;
  readonly clock: () => Date;
}

/** Fewer rows say more of a statement's beginnings than of its rows. */
const ROWS_TELLING = 20_000;

/** Keeps a rollup equal to the events: recomputes the buckets that have new rows, within its share of a core. */
export function rollupJob(deps: RollupDeps, rollup: Rollup): Job {
  const ofRows = ownTime();
  const ofRest = ownTime();
  let busyMs = 0;
  return {
    name: rollup.name,
    get everyMs() {
      return pauseAfter(busyMs, rollup.pace);
    },
    run: async (signal) => {
      const beganMs = performance.now();
      const { buckets, dataUntil, turns } = await rollUp(deps, rollup, signal);
      const tookMs = performance.now() - beganMs;
      deps.measures.recomputed(rollup.name, buckets, dataUntil);
      const recomputeMs = turns.reduce((sum, { ms }) => sum + ms, 0);
      const telling = turns.map(({ rows, ms }) => ({ units: rows < ROWS_TELLING ? 0 : rows, ms }));
      busyMs =
        telling.reduce((sum, turn) => sum + ofRows(turn), 0) + ofRest({ units: 1, ms: tookMs - recomputeMs });
    },
  };
}
