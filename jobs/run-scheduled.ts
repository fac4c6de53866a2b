import type { Job } from "#jobs/job.ts";
import type { Log } from "#runtime/log.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface Scheduled {
  /** Resolves when no job runs any more. */
  stop(): Promise<void>;
}

export type JobMeasures = ReturnType<typeof jobMeasures>;

/** One set per process, whatever number of terms it leads. */
export function jobMeasures(metrics: Metrics) {
  return {
    failures: metrics.counter({
      name: "job_failures_rounds",
      help: "Rounds of a job that ended in an error; it is tried again.",
      labels: ["job"],
    }),
    succeededAt: metrics.gauge({
      name: "job_succeeded_seconds",
      help: "When a round of the job last ended well, in seconds since 1970; only at the leader.",
      labels: ["job"],
    }),
    roundSeconds: metrics.histogram({
      name: "job_round_seconds",
      help: "How long a round of the job took.",
      labels: ["job"],
      buckets: [0.01, 0.05, 0.25, 1, 5, 15, 60, 300],
    }),
  };
}

/** Runs each job at once and then in its own rhythm, a round at a time. A round that fails is logged and tried again. */
export function runScheduled(
  jobs: readonly Job[],
  deps: { readonly measures: JobMeasures; readonly log: Log; readonly clock: () => Date },
): Scheduled {
  const ending = new AbortController();
  const loops = jobs.map((job) => loop(job, deps, ending.signal));
  return {
    stop: async () => {
      ending.abort();
      await Promise.all(loops);
    },
  };
}

async function loop(
  job: Job,
  { measures, log, clock }: Parameters<typeof runScheduled>[1],
  signal: AbortSignal,
): Promise<void> {
  const label = { job: job.name };
  while (!signal.aborted) {
    const endRound = measures.roundSeconds.startTimer(label);
    try {
      await job.run(signal);
      measures.succeededAt.set(label, clock().getTime() / 1000);
    } catch (error) {
      if (!signal.aborted) {
        measures.failures.inc(label);
        log.error({ err: error, job: job.name }, "a round of the job has failed; it is tried again");
      }
    }
    endRound();
    await pause(job.everyMs, signal);
  }
}

function pause(forMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((over) => {
    if (signal.aborted) return over();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      over();
    };
    const timer = setTimeout(end, forMs);
    signal.addEventListener("abort", end);
  });
}
