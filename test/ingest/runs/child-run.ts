/**
 * `runs apply`, or a round of the jobs where no proposal is named, as a program of its own that ends itself with kill -9
 * right after an insert: the n-th into a table, counted from 1. Argument: JSON.
 */
import { applyProposal } from "#ingest/runs/proposals.ts";
import { serveRequests } from "#ingest/runs/requested-runs.ts";
import { connectClickHouse, type Insert } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { proposer, runDeps } from "#test/ingest/runs/run-kit.ts";
import type { Ground } from "#test/support/pipeline.ts";

export interface ChildPlan {
  readonly brokers: string[];
  readonly topics: Ground["topics"];
  readonly clickhouse: ClickHouseConfig;
  readonly proposal: string | null;
  readonly dieAfter: readonly [table: string, insert: number];
}

const plan = JSON.parse(process.argv[2] ?? "") as ChildPlan;
const log = createLog("child", "silent");
const kafka = { brokers: plan.brokers, clientId: "child" };
const real = connectClickHouse(plan.clickhouse);
let inserts = 0;
const clickhouse = {
  ...real,
  insert: async (insert: Insert) => {
    await real.insert(insert);
    if (insert.table === plan.dieAfter[0] && insert.rows.length > 0) inserts += 1;
    if (inserts === plan.dieAfter[1]) process.kill(process.pid, "SIGKILL");
  },
};
const [producer, settings] = await Promise.all([
  createProducer(kafka, log),
  followSettings({ kafka, topic: plan.topics.settings, log }),
]);
const ground = { kafka, topics: plan.topics, clickhouse, producer, settings } as unknown as Ground;
if (plan.proposal !== null) await applyProposal(proposer(ground), plan.proposal, runDeps(ground));
else await serveRequests(proposer(ground), runDeps(ground), new AbortController().signal);
process.exit(3);
