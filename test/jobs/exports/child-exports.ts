/**
 * The job of scheduled exports as a program of its own, for one round, with a folder as its destination. It ends itself
 * with kill -9 when a file of the wanted ending appears there. Argument: JSON.
 */
import type { Destination } from "#jobs/exports/destination.ts";
import { exportsJob } from "#jobs/exports/exports-job.ts";
import { folderDestination } from "#jobs/exports/folder-destination.ts";
import { exportMeasures } from "#jobs/exports/measures.ts";
import { createScheduledExports } from "#query-api/exports/schedule/make-scheduled.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { connectClickHouse, type Insert } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

export interface ChildPlan {
  readonly brokers: string[];
  readonly topics: { readonly settings: string; readonly acts: string };
  readonly clickhouse: ClickHouseConfig;
  readonly folder: string;
  readonly nowMs: number;
  /** Where it dies: between the file and the manifest, or when both are there and the record is not. */
  readonly dies: "before_manifest" | "before_record" | "never";
}

const plan = JSON.parse(process.argv[2] ?? "") as ChildPlan;
const log = createLog("child", "silent");
const kafka = { brokers: plan.brokers, clientId: "child" };
const die = () => process.kill(process.pid, "SIGKILL");
const real = connectClickHouse(plan.clickhouse);
const clickhouse = {
  ...real,
  insert: async (insert: Insert) => {
    const isRecord = insert.rows.some(({ state }) => state === "delivered");
    if (plan.dies === "before_record" && isRecord) die();
    await real.insert(insert);
  },
};
const [producer, settings] = await Promise.all([
  createProducer(kafka, log),
  followSettings({ kafka, topic: plan.topics.settings, log }),
]);
const folder = folderDestination(plan.folder);
/** Between the file and the manifest the destination asks whether to go on. */
const dying = { throwIfAborted: die } as unknown as AbortSignal;
const destination: Destination = {
  ...folder,
  deliver: (delivery, signal) => folder.deliver(delivery, plan.dies === "before_manifest" ? dying : signal),
};
const clock = () => new Date(plan.nowMs);
const job = exportsJob({
  ...{ clickhouse, settings, clock, log, measures: exportMeasures(createMetrics({ defaults: false })) },
  destinations: new Map([["place", destination]]),
  plan: createScheduledExports({ clickhouseTeam: real, clickhouseAll: real, settings, clock }),
  recordAct: createRecordAct(producer, plan.topics.acts),
});
await job.run(new AbortController().signal);
await Promise.all([producer.close(), settings.stop(), real.close()]);
