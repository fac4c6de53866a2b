import type { Job } from "#jobs/job.ts";
import type { RollupDeps } from "#jobs/rollups/job.ts";
import { ownTime } from "#jobs/rollups/own-time.ts";
import { pauseAfter } from "#jobs/rollups/pause.ts";
import { type MonthsSeen, rollUpSpans } from "#jobs/rollups/spans/round.ts";

const PACE = { coreShare: 0.01, pauseLeastMs: 60_000, pauseMostMs: 300_000 } as const;

/** Keeps the sums of hours and of parts of days equal to `cost_5m`, within its share of a core. */
export function spansJob(deps: RollupDeps): Job {
  const seen: MonthsSeen = new Map();
  const ofSpans = ownTime();
  const ofRest = ownTime();
  let busyMs = 0;
  return {
    name: "cost_spans",
    get everyMs() {
      return pauseAfter(busyMs, PACE);
    },
    run: async (signal) => {
      const beganMs = performance.now();
      const { turns } = await rollUpSpans(deps, seen, signal);
      const tookMs = performance.now() - beganMs;
      const spans = turns.reduce((sum, turn) => sum + turn.spans, 0);
      deps.measures.recomputed("cost_spans", spans, null);
      const recomputeMs = turns.reduce((sum, { ms }) => sum + ms, 0);
      busyMs =
        turns.reduce((sum, turn) => sum + ofSpans({ units: turn.spans, ms: turn.ms }), 0) +
        ofRest({ units: 1, ms: tookMs - recomputeMs });
    },
  };
}
