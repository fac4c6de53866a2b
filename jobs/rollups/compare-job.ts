import type { Job } from "#jobs/job.ts";
import { inTurn, lastComputed } from "#jobs/rollups/choose-buckets.ts";
import { type CompareDeps, compare } from "#jobs/rollups/compare.ts";
import { newestBlocks } from "#jobs/rollups/dirty.ts";
import { readMarks } from "#jobs/rollups/marks.ts";
import { pauseAfter } from "#jobs/rollups/pause.ts";
import { ROLLUPS } from "#jobs/rollups/rollup.ts";
import { compareSpans } from "#jobs/rollups/spans/compare-spans.ts";

const PACE = { coreShare: 0.01, pauseLeastMs: 60_000, pauseMostMs: 600_000 } as const;
/** More hours than there will be: where to begin is by chance, because nothing is kept over a restart. */
const TURNS = 10_000_000;

/** Proves the rollups: compares those computed last and, hour by hour, all the others; what differs is made anew. */
export function compareRollupsJob(deps: CompareDeps): Job {
  let turn = Math.floor(Math.random() * TURNS);
  let busyMs = 0;
  return {
    name: "compare_rollups",
    get everyMs() {
      return pauseAfter(busyMs, PACE);
    },
    run: async (signal) => {
      const beganMs = performance.now();
      try {
        const newest = await newestBlocks(deps.clickhouse);
        const days = new Set<string>();
        for (const rollup of ROLLUPS) {
          const { positions } = await readMarks(deps.clickhouse, rollup);
          const months = new Set([...newest.keys(), ...positions.keys()]);
          const buckets = new Set([
            ...(await lastComputed(deps.clickhouse, rollup)),
            ...inTurn([...months], turn),
          ]);
          await compare(deps, rollup, [...buckets], signal);
          if (rollup.name === "cost_5m") for (const bucket of buckets) days.add(bucket.slice(0, 10));
        }
        // Behind `cost_5m`, which they are made of and whose calls it has just proved.
        await compareSpans(deps, [...days], signal);
        turn += 1;
      } finally {
        busyMs = performance.now() - beganMs;
      }
    },
  };
}
