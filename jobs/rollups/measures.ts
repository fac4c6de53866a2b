import type { Rollup } from "#jobs/rollups/rollup.ts";
import type { Metrics } from "#runtime/metrics.ts";

type Name = Rollup["name"] | "cost_spans";

export interface RollupMeasures {
  recomputed(rollup: Name, buckets: number, dataUntil: string | null): void;
  compared(rollup: Name, found: { buckets: number; differing: number; calls: number; costUsd: number }): void;
}

/** One set per process; only the leader's say anything. */
export function rollupMeasures(metrics: Metrics): RollupMeasures {
  const labels = ["rollup"] as const;
  const recomputed = metrics.counter({
    name: "rollup_recomputed_buckets",
    help: "Five-minute buckets that were recomputed from the events; of cost_spans, stretches that were from them.",
    labels,
  });
  const dataUntilSeconds = metrics.gauge({
    name: "rollup_data_until_seconds",
    help: "Kafka's append time of the newest record that is in the rollup, in seconds since 1970.",
    labels,
  });
  const compared = metrics.counter({
    name: "rollup_compared_buckets",
    help: "Buckets that were compared with the events; of cost_spans, stretches that were with cost_5m.",
    labels,
  });
  const differing = metrics.counter({
    name: "rollup_differing_buckets",
    help: "Buckets that were found to differ from the events, and recomputed.",
    labels,
  });
  const calls = metrics.gauge({
    name: "rollup_difference_calls",
    help: "Calls by which the rollup differed from the events when it was last compared; 0 at rest.",
    labels,
  });
  const costUsd = metrics.gauge({
    name: "rollup_difference_usd",
    help: "Cost by which the rollup differed from the events when it was last compared; 0 at rest.",
    labels,
  });
  return {
    recomputed: (rollup, buckets, dataUntil) => {
      recomputed.inc({ rollup }, buckets);
      if (dataUntil !== null)
        dataUntilSeconds.set({ rollup }, Date.parse(`${dataUntil.replace(" ", "T")}Z`) / 1000);
    },
    compared: (rollup, found) => {
      compared.inc({ rollup }, found.buckets);
      differing.inc({ rollup }, found.differing);
      calls.set({ rollup }, found.calls);
      costUsd.set({ rollup }, found.costUsd);
    },
  };
}
