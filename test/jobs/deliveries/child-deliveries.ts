/**
 * The job of deliveries as a program of its own, until it is killed. With `dies`, it kills itself with -9 when a receiver
 * has answered and nothing is on record of it, at a chance for each notification. Argument: JSON.
 */
import { deliveriesJob } from "#jobs/deliveries/job.ts";
import { deliveryMeasures } from "#jobs/deliveries/measures.ts";
import { jobMeasures, runScheduled } from "#jobs/run-scheduled.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { connectClickHouse, type Insert } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { allowedPlaces } from "#runtime/config/receiver-settings.ts";
import { lead } from "#runtime/kafka/lead.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { createGuardedPost } from "#runtime/outbound/guarded-post.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

export interface ChildPlan {
  readonly brokers: string[];
  readonly topics: { readonly settings: string; readonly acts: string };
  readonly clickhouse: ClickHouseConfig;
  readonly groupId: string;
  readonly allow: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** null: it leads at once, whoever else does; else by Kafka, as `spendtrail jobs`. */
  readonly leads: "kafka" | "at_once";
  /** From 0 to 1: at an insert of what was sent. */
  readonly dies: number;
}

const plan = JSON.parse(process.argv[2] ?? "") as ChildPlan;
const log = createLog("child", "silent");
const kafka = { brokers: plan.brokers, clientId: "child" };
const real = connectClickHouse(plan.clickhouse);
const clickhouse = {
  ...real,
  insert: async (insert: Insert) => {
    if (Math.random() < plan.dies) process.kill(process.pid, "SIGKILL");
    await real.insert(insert);
  },
};
const [producer, settings] = await Promise.all([
  createProducer(kafka, log),
  followSettings({ kafka, topic: plan.topics.settings, log }),
]);
const clock = () => new Date();
const metrics = createMetrics({ defaults: false });
const job = deliveriesJob({
  ...{ clickhouse, settings, clock, log, measures: deliveryMeasures(metrics), chance: Math.random },
  telling: {
    post: createGuardedPost({ allow: allowedPlaces.parse(plan.allow), clock }),
    secrets: new Map(Object.entries(plan.secrets)),
    sendMail: null,
    clock,
  },
  recordAct: createRecordAct(producer, plan.topics.acts),
});
const measures = jobMeasures(metrics);
const begin = () => runScheduled([job], { measures, log, clock });
if (plan.leads === "at_once") begin();
else {
  const end = () => process.exit(1);
  await lead(kafka, { groupId: plan.groupId, topic: plan.topics.acts, log, crashed: end }, begin);
}
