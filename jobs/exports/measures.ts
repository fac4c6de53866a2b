import type { Metrics } from "#runtime/metrics.ts";

export type ExportMeasures = ReturnType<typeof exportMeasures>;

/** One set per process; only the leader's say anything. */
export function exportMeasures(metrics: Metrics) {
  return {
    runs: metrics.counter({
      name: "scheduled_exports_runs",
      help: "What became of due times of scheduled exports: delivered, retried (failed once and is tried again), failed (given up), missed.",
      labels: ["outcome"],
    }),
    bytes: metrics.counter({
      name: "scheduled_exports_bytes",
      help: "Bytes of files that were delivered.",
    }),
    failing: metrics.gauge({
      name: "scheduled_exports_failing",
      help: "Schedules whose last export was given up; only at the leader.",
    }),
  };
}
