/**
 * The jobs of budgets and of deliveries as `spendtrail jobs` has them, in a program of its own until it is killed, led by
 * Kafka in a group of the test's own that gives up a dead leader soon.
 * Arguments: the group. Configured by the environment as the program is.
 */
import { startBase } from "#cli/stack/base.ts";
import { budgetJobs } from "#cli/stack/budgets-job.ts";
import { deliveryJob } from "#cli/stack/delivery-job.ts";
import { jobMeasures, runScheduled } from "#jobs/run-scheduled.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { loadConfig } from "#runtime/config/load.ts";
import { lead } from "#runtime/kafka/lead.ts";

const SESSION_MS = 6_000;
const [groupId = ""] = process.argv.slice(2);
const config = loadConfig(process.env, { program: "jobs" });
const base = await startBase(config, "jobs", { createTopics: false });
const clickhouse = connectClickHouse(config.clickhouse.ingest);
const deliveries = deliveryJob(base, clickhouse);
const jobs = [deliveries, ...budgetJobs(base, clickhouse, deliveries.wake)];
const measures = jobMeasures(base.metrics);
await lead(
  config.kafka,
  {
    ...{ groupId, topic: config.topics.acts, log: base.log, sessionTimeoutMs: SESSION_MS },
    crashed: () => process.exit(1),
  },
  () => runScheduled(jobs, { measures, log: base.log, clock: () => new Date() }),
);
