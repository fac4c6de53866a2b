import { expect, test, vi } from "vitest";
import type { Job } from "#jobs/job.ts";
import { jobMeasures, runScheduled } from "#jobs/run-scheduled.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";

function start(jobs: readonly Job[]) {
  const metrics = createMetrics({ defaults: false });
  const scheduled = runScheduled(jobs, {
    measures: jobMeasures(metrics),
    log: createLog("test", "silent"),
    clock: () => new Date(1_800_000_000_000),
  });
  return { scheduled, metrics };
}

test("a round that fails is counted and tried again, and does not stop the other jobs", async () => {
  let failing = 0;
  let working = 0;
  const { scheduled, metrics } = start([
    {
      name: "failing",
      everyMs: 1,
      run: async () => {
        failing++;
        throw new Error("not this time");
      },
    },
    {
      name: "working",
      everyMs: 1,
      run: async () => {
        working++;
      },
    },
  ]);
  await vi.waitFor(() => expect(Math.min(failing, working)).toBeGreaterThan(2));
  await scheduled.stop();
  const { text } = await metrics.render();
  expect(text).toContain(`spendtrail_job_failures_rounds_total{job="failing"} ${failing}`);
  expect(text).toContain('spendtrail_job_succeeded_seconds{job="working"} 1800000000');
  expect(text).not.toContain('spendtrail_job_succeeded_seconds{job="failing"}');
});

test("stopping breaks a round off by its signal, waits for it, and begins no other", async () => {
  const ended = vi.fn();
  const run = vi.fn(async (signal: AbortSignal) => {
    await new Promise<void>((over) => signal.addEventListener("abort", () => over()));
    ended();
  });
  const { scheduled } = start([{ name: "long", everyMs: 0, run }]);
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1));
  await scheduled.stop();
  expect(ended).toHaveBeenCalledTimes(1);
  expect(run).toHaveBeenCalledTimes(1);
});
