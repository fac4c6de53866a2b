/**
 * An ingester as a program of its own that ends itself with kill -9 at a chosen moment: right after an insert into a
 * table was acknowledged, or right before the first one (the intent is committed by then). Argument: JSON.
 */

import { canonical } from "#gateways/canonical.ts";
import { createMeasures } from "#ingest/measures.ts";
import { startIngest } from "#ingest/start.ts";
import { connectClickHouse, type Insert } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import type { TopicNames } from "#runtime/config/config.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

export interface ChildPlan {
  readonly brokers: string[];
  readonly topics: TopicNames;
  readonly groupId: string;
  readonly clickhouse: ClickHouseConfig;
  readonly salt: string;
  readonly dieBefore?: string;
  readonly dieAfter?: string;
}

const plan = JSON.parse(process.argv[2] ?? "") as ChildPlan;
const log = createLog("child", "silent");
const kafka = { brokers: plan.brokers, clientId: "child" };
const real = connectClickHouse(plan.clickhouse);
const clickhouse = {
  ...real,
  insert: async (insert: Insert) => {
    if (insert.table === plan.dieBefore) process.kill(process.pid, "SIGKILL");
    await real.insert(insert);
    if (insert.table === plan.dieAfter) process.kill(process.pid, "SIGKILL");
  },
};
const [producer, settings] = await Promise.all([
  createProducer(kafka, log),
  followSettings({ kafka, topic: plan.topics.settings, log }),
]);
await startIngest({
  kafka,
  groupId: plan.groupId,
  // The least that a broker takes: the next ingester waits this long for the dead one.
  sessionTimeoutMs: 6_000,
  topics: plan.topics,
  producer,
  clickhouse,
  settings,
  adapters: new Map([[canonical.gateway, canonical]]),
  personSalt: Buffer.from(plan.salt),
  limits: { batchRowsMax: 1000, batchBytesMax: 4_000_000, batchAgeMs: 300 },
  measures: createMeasures(createMetrics({ defaults: false })),
  log,
  clock: () => new Date(),
  crashed: () => process.exit(3),
});
