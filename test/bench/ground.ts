import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { generateTraffic } from "#cli/demo/generate.ts";
import { DEMO_LITELLM, DEMO_SOURCES } from "#cli/demo/sources.ts";
import { shippedPriceRows } from "#cli/stack/import-shipped.ts";
import { planPrices } from "#core/price-import.ts";
import { planSources } from "#core/sources-import.ts";
import { startServers } from "#embedded/servers.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { productUsers } from "#runtime/clickhouse-users.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

export const BENCH_PASSWORD = "bench-password";
export const PARTITIONS = 4;
export const BENCH_TOPICS = {
  records: "spendtrail.records",
  rejects: "spendtrail.rejects",
  settings: "spendtrail.settings",
  acts: "spendtrail.acts",
  batches: "spendtrail.batches",
  budgetState: "spendtrail.budget-state",
};
export const Count = z.object({ n: z.coerce.number() });
const log = createLog("bench", "error");
const as = (user: string) => ({ user, password: BENCH_PASSWORD });

/** Servers of a benchmark's own, with topics, tables, prices and the demo's LiteLLM source. */
export interface BenchGround {
  readonly brokers: readonly string[];
  readonly url: string;
  readonly clickHousePid: number;
  readonly admin: ClickHouse;
}

/** Starts them in a temporary folder, hands them over, and stops them whatever happens. */
export async function onBenchGround(work: (ground: BenchGround) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-bench-"));
  const users = productUsers(
    { admin: as("admin"), ingest: as("ingest"), apiTeam: as("api"), apiAll: as("api_all") },
    { timeMsMax: 60_000, resultRowsMax: 1_000_000, readRowsMax: 1e9, memoryBytesMax: 4e9 },
  );
  const servers = await startServers({
    dataDir: folder,
    kafka: true,
    clickhouse: true,
    usersXml: clickHouseUsersXml(
      [...users, { role: "admin", name: "bench", password: BENCH_PASSWORD, grants: "all" }],
      "spendtrail",
    ),
  });
  try {
    if (servers.kafka === null || servers.clickhouse === null) throw new Error("both servers were asked for");
    const { url, pid: clickHousePid } = servers.clickhouse;
    const config = { url, ...as("admin"), database: "spendtrail", requestTimeoutMs: 60_000 };
    await migrate(config, "spendtrail", "sql");
    const admin = connectClickHouse(config);
    const ground = { brokers: servers.kafka.brokers, url, clickHousePid, admin };
    await prepare(ground);
    await work(ground);
    await admin.close();
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare({ brokers }: BenchGround): Promise<void> {
  const kafka = { brokers, clientId: "bench" };
  await inspectTopics(kafka, ourTopics(BENCH_TOPICS, PARTITIONS, 1), {
    create: true,
    replicationFactor: 1,
    log,
  });
  const producer = await createProducer(kafka, log);
  const settings = await followSettings({ kafka, topic: BENCH_TOPICS.settings, log });
  const by = { actor: "bench", reason: "bench" };
  await applyPlan(producer, settings, planPrices(settings.state(), shippedPriceRows()), by);
  const sources = DEMO_SOURCES.filter(({ name }) => name === DEMO_LITELLM);
  await applyPlan(producer, settings, planSources(settings.state(), sources), by);
  await settings.stop();
  await producer.close();
}

/** Generated LiteLLM records as the collector would produce them, one after the other to each partition. */
export function* benchRecords(events: number): Generator<OutgoingRecord & { readonly value: Buffer }> {
  let written = 0;
  // More than are asked for, because Kong's share of the traffic is left out.
  const traffic = generateTraffic({ seed: 7, events: events * 2, startMs: Date.now(), runId: "bench" });
  for (const { door, body } of traffic.records()) {
    if (door !== "litellm") continue;
    if (written === events) return;
    const headers = {
      "spendtrail-source": DEMO_LITELLM,
      "spendtrail-gateway": "litellm",
      "spendtrail-record-id": randomUUID(),
    };
    yield { key: null, value: Buffer.from(body), headers, partition: written % PARTITIONS };
    written += 1;
  }
  if (written < events) throw new Error(`only ${written} records of ${events} were made`);
}

const CHUNK_RECORDS = 2000;

/** Writes a backlog; its size in bytes. */
export async function fillTopic({ brokers }: BenchGround, events: number): Promise<number> {
  const producer = await createProducer({ brokers, clientId: "bench" }, log);
  let bytes = 0;
  let chunk: OutgoingRecord[] = [];
  const send = async (least: number) => {
    if (chunk.length < least) return;
    await producer.send(BENCH_TOPICS.records, chunk);
    chunk = [];
  };
  for (const record of benchRecords(events)) {
    bytes += record.value.length;
    chunk.push(record);
    await send(CHUNK_RECORDS);
  }
  await send(1);
  await producer.close();
  return bytes;
}
