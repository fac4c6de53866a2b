import { checkCoverage } from "#jobs/coverage/check-coverage.ts";
import type { CoverageDeps } from "#jobs/coverage/examine-topic.ts";
import { countMissing, readKnownGaps } from "#jobs/coverage/known-gaps.ts";
import type { Job } from "#jobs/job.ts";
import type { Metrics } from "#runtime/metrics.ts";

const EVERY_MS = 60_000;
/** A record may reach Kafka so much later than one that its producer numbered after it. */
export const GRACE_MS = 30_000;

/** Compares what Kafka held, what was ingested and what producers numbered, and says by metrics what is missing. */
export function coverageJob(deps: Omit<CoverageDeps, "graceMs" | "readsWholeLog">, metrics: Metrics): Job {
  const offsets = metrics.gauge({
    name: "coverage_missing_offsets",
    help: "Offsets of Kafka that have no stored record and that nothing explains; only at the leader.",
    labels: ["topic"],
  });
  const numbers = metrics.gauge({
    name: "coverage_missing_numbers",
    help: "Sequence numbers that producers gave and that never arrived; only at the leader.",
    labels: ["topic"],
  });
  return {
    name: "coverage",
    everyMs: EVERY_MS,
    run: async (signal) => {
      const topics = await checkCoverage({ ...deps, graceMs: GRACE_MS, readsWholeLog: false }, signal);
      for (const topic of topics) {
        const gaps = await readKnownGaps(deps.clickhouse, [topic]);
        offsets.set({ topic }, countMissing(gaps.offsets));
        numbers.set({ topic }, countMissing(gaps.numbers));
      }
    },
  };
}
