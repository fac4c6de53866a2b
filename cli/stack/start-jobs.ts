import { backupJobs } from "#cli/stack/backup-jobs.ts";
import type { Base } from "#cli/stack/base.ts";
import { budgetJobs } from "#cli/stack/budgets-job.ts";
import { deliveryJob } from "#cli/stack/delivery-job.ts";
import { endProgram } from "#cli/stack/end-program.ts";
import { exportJobs } from "#cli/stack/export-jobs.ts";
import { runsJob } from "#cli/stack/runs-job.ts";
import { conflictsJob } from "#jobs/conflicts/job.ts";
import { conflictMeasures } from "#jobs/conflicts/measures.ts";
import { copyActs } from "#jobs/copy-acts.ts";
import { coverageJob } from "#jobs/coverage/coverage-job.ts";
import type { Job } from "#jobs/job.ts";
import { compareRollupsJob } from "#jobs/rollups/compare-job.ts";
import { rollupJob } from "#jobs/rollups/job.ts";
import { rollupMeasures } from "#jobs/rollups/measures.ts";
import { ROLLUPS } from "#jobs/rollups/rollup.ts";
import { spansJob } from "#jobs/rollups/spans/job.ts";
import { jobMeasures, runScheduled } from "#jobs/run-scheduled.ts";
import { systemAlerts } from "#jobs/system-alerts/system-alerts.ts";
import { unpricedJob } from "#jobs/unpriced/job.ts";
import { unpricedMeasures } from "#jobs/unpriced/measures.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { lead } from "#runtime/kafka/lead.ts";

/** All `spendtrail jobs` of a deployment; the one that Kafka gives the partition of acts to does the scheduled jobs. */
const GROUP_ID = "spendtrail-jobs";

/** What runs beside the ingester: the copy of the acts, and at one leader the scheduled jobs. Closes with the base. */
export async function runJobs(base: Base): Promise<void> {
  const { config, log } = base;
  const clickhouse = connectClickHouse(config.clickhouse.ingest);
  base.shutdown.onClose("clickhouse of jobs", () => clickhouse.close());
  const acts = await copyActs({
    kafka: config.kafka,
    topic: config.topics.acts,
    clickhouse,
    log,
    onFailed: endProgram(base, "the log of acts cannot be followed any more"),
  });
  base.shutdown.onClose("copy of acts", () => acts.stop());
  const jobs = scheduledJobs(base, clickhouse);
  const measures = jobMeasures(base.metrics);
  const crashed = endProgram(base, "the jobs cannot know any more who leads");
  const leadership = await lead(
    config.kafka,
    { groupId: GROUP_ID, topic: config.topics.acts, log, crashed },
    () => runScheduled(jobs, { measures, log, clock: () => new Date() }),
  );
  base.shutdown.onClose("scheduled jobs", () => leadership.stop());
}

/** Every job that runs on a clock, a line each. */
function scheduledJobs(base: Base, clickhouse: ClickHouse): readonly Job[] {
  const deliveries = deliveryJob(base, clickhouse);
  return [
    deliveries,
    conflicts(base, clickhouse),
    coverage(base, clickhouse),
    ...rollups(base, clickhouse),
    unpriced(base, clickhouse, deliveries.wake),
    ...system(base, clickhouse),
    runsJob(base, clickhouse),
    ...backupJobs(base),
    ...exportJobs(base, clickhouse, deliveries.wake),
    ...budgetJobs(base, clickhouse, deliveries.wake),
  ];
}

function conflicts({ metrics }: Base, clickhouse: ClickHouse): Job {
  return conflictsJob({ clickhouse, measures: conflictMeasures(metrics), clock });
}

function coverage({ config, settings, log, metrics }: Base, clickhouse: ClickHouse): Job {
  const recordsTopic = config.topics.records;
  return coverageJob({ kafka: config.kafka, clickhouse, settings, recordsTopic, log, clock }, metrics);
}

function rollups({ metrics, log }: Base, clickhouse: ClickHouse): readonly Job[] {
  const deps = { clickhouse, measures: rollupMeasures(metrics), log, clock };
  return [...ROLLUPS.map((rollup) => rollupJob(deps, rollup)), spansJob(deps), compareRollupsJob(deps)];
}

function unpriced({ metrics, log, settings }: Base, clickhouse: ClickHouse, alerted: () => void): Job {
  return unpricedJob({ clickhouse, settings, measures: unpricedMeasures(metrics), log, clock, alerted });
}

function system({ config, settings, log, metrics }: Base, clickhouse: ClickHouse): readonly Job[] {
  const recordsTopic = config.topics.records;
  return systemAlerts({ kafka: config.kafka, clickhouse, settings, recordsTopic, log, clock }, metrics);
}

function clock(): Date {
  return new Date();
}
