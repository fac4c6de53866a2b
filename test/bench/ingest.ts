import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { generateTraffic } from "#cli/demo/generate.ts";
import { DEMO_LITELLM, DEMO_SOURCES } from "#cli/demo/sources.ts";
import { nodeFlags } from "#cli/launch/flags.mjs";
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
import { createLog } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { BASELINE_TABLE } from "#test/bench/baseline-table.ts";
import { cpuSeconds, peakMemoryMib } from "#test/bench/process-cost.ts";

const PASSWORD = "bench-password";
const log = createLog("bench", "error");
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Ground {
  readonly brokers: readonly string[];
  readonly url: string;
  readonly clickHousePid: number;
  readonly admin: ClickHouse;
}

interface Arm {
  readonly seconds: number;
  readonly cpuNode: number;
  readonly cpuClickHouse: number;
  readonly peakMib: number;
  readonly rows: number;
}

/** `npm run bench ingest -- --events 200000`: drains one backlog through our ingester and through a baseline. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: "string", default: "200000" } },
  });
  const events = Number(values.events);
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
      [...users, { role: "admin", name: "bench", password: PASSWORD, grants: "all" }],
      "spendtrail",
    ),
  });
  try {
    if (servers.kafka === null || servers.clickhouse === null) throw new Error("both servers were asked for");
    const { brokers } = servers.kafka;
    const { url, pid: clickHousePid } = servers.clickhouse;
    const admin = connectClickHouse({
      url,
      user: "admin",
      password: PASSWORD,
      database: "spendtrail",
      requestTimeoutMs: 60_000,
    });
    const ground: Ground = { brokers, url, clickHousePid, admin };
    const bytes = await fill(ground, events);
    say(
      `${events} LiteLLM records, ${Math.round(bytes / events)} bytes each, 4 partitions, merges on; both arms read the same topic.`,
    );
    const ours = await drain(
      ground,
      startOurs(ground),
      events,
      "SELECT count() AS n FROM spendtrail.records_v1",
    );
    const stored = await admin.query({
      name: "events",
      sql: "SELECT sum(events) AS n FROM batches_v1",
      row: Count,
    });
    const baseline = await drain(
      ground,
      startBaseline(ground),
      Number(stored[0]?.n ?? 0),
      "SELECT count() AS n FROM spendtrail.baseline_events",
    );
    report(ours, baseline, events);
    await admin.close();
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const Count = z.object({ n: z.coerce.number() });
const as = (user: string) => ({ user, password: PASSWORD });
const TOPICS = {
  records: "spendtrail.records",
  rejects: "spendtrail.rejects",
  settings: "spendtrail.settings",
  acts: "spendtrail.acts",
  batches: "spendtrail.batches",
};

/** Makes topics, tables, prices and sources, and writes the backlog as the collector would. */
async function fill({ brokers, url, admin }: Ground, events: number): Promise<number> {
  const kafka = { brokers, clientId: "bench" };
  await inspectTopics(kafka, ourTopics(TOPICS, 4, 1), { create: true, replicationFactor: 1, log });
  await migrate(
    { url, user: "admin", password: PASSWORD, database: "spendtrail", requestTimeoutMs: 60_000 },
    "spendtrail",
    "sql",
  );
  await admin.command(BASELINE_TABLE);
  const producer = await createProducer(kafka, log);
  const settings = await followSettings({ kafka, topic: TOPICS.settings, log });
  const by = { actor: "bench", reason: "bench" };
  await applyPlan(producer, settings, planPrices(settings.state(), shippedPriceRows()), by);
  await applyPlan(
    producer,
    settings,
    planSources(
      settings.state(),
      DEMO_SOURCES.filter(({ name }) => name === DEMO_LITELLM),
    ),
    by,
  );
  await settings.stop();
  let bytes = 0;
  let chunk: { key: null; value: Buffer; headers: Record<string, string>; partition: number }[] = [];
  let written = 0;
  // More than are asked for, because Kong's share of the traffic is left out.
  for (const { door, body } of generateTraffic({
    seed: 7,
    events: events * 2,
    startMs: Date.now(),
    runId: "bench",
  }).records()) {
    if (door !== "litellm" || written === events) continue;
    const headers = {
      "spendtrail-source": DEMO_LITELLM,
      "spendtrail-gateway": "litellm",
      "spendtrail-record-id": randomUUID(),
    };
    const value = Buffer.from(body);
    bytes += value.length;
    chunk.push({ key: null, value, headers, partition: written % 4 });
    written += 1;
    if (chunk.length === 2000 || written === events) {
      await producer.send(TOPICS.records, chunk);
      chunk = [];
    }
  }
  await producer.close();
  if (written < events) throw new Error(`only ${written} records of ${events} were made`);
  return bytes;
}

function startOurs({ brokers, url }: Ground): ChildProcess {
  return spawn(process.execPath, [...nodeFlags("ingest", process.env), "cli/main.ts", "ingest", "--json"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      KAFKA_BROKERS: brokers.join(","),
      CLICKHOUSE_URL: url,
      CLICKHOUSE_INGEST_USER: "ingest",
      CLICKHOUSE_INGEST_PASSWORD: PASSWORD,
      SPENDTRAIL_PERSON_SALT: "a-salt-for-the-benchmark",
      SPENDTRAIL_LOG_LEVEL: "error",
      SPENDTRAIL_REPLICATION_FACTOR: "1",
      SPENDTRAIL_INGEST_HEALTH_PORT: "0",
    },
  });
}

function startBaseline({ brokers, url }: Ground): ChildProcess {
  const args = [
    "--disable-warning=TimeoutNegativeWarning",
    "test/bench/baseline-ingest.ts",
    brokers.join(","),
    TOPICS.records,
    url,
    "spendtrail",
  ];
  return spawn(process.execPath, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, BENCH_PASSWORD: PASSWORD },
  });
}

/** From the start of the program until all its rows are there: start-up is part of draining. */
async function drain(ground: Ground, child: ChildProcess, rows: number, sql: string): Promise<Arm> {
  const pid = child.pid ?? 0;
  const startMs = performance.now();
  const clickHouseBefore = cpuSeconds(ground.clickHousePid);
  let there = 0;
  let arm: Omit<Arm, "seconds" | "rows"> = { cpuNode: 0, cpuClickHouse: 0, peakMib: 0 };
  while (there < rows) {
    if (performance.now() - startMs > 600_000)
      throw new Error(`only ${there} of ${rows} rows after 10 minutes`);
    // A program that ends by itself takes its figures along; so they are read each time.
    if (child.exitCode === null) {
      const cpuClickHouse = cpuSeconds(ground.clickHousePid) - clickHouseBefore;
      arm = { cpuNode: cpuSeconds(pid), cpuClickHouse, peakMib: peakMemoryMib(pid) };
    }
    const [row] = await ground.admin.query({ name: "bench_there", sql, row: Count });
    there = row?.n ?? 0;
    await pause(50);
  }
  const seconds = (performance.now() - startMs) / 1000;
  if (child.exitCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
  return { ...arm, seconds, rows: there };
}

function report(ours: Arm, baseline: Arm, events: number): void {
  const perMillion = (cpu: number) => ((cpu / events) * 1e6).toFixed(1);
  const line = (name: string, arm: Arm) =>
    `${name.padEnd(10)} ${String(Math.round(events / arm.seconds)).padStart(9)} ${perMillion(arm.cpuNode).padStart(13)} ${perMillion(arm.cpuClickHouse).padStart(19)} ${arm.peakMib.toFixed(0).padStart(9)} ${String(arm.rows).padStart(9)}`;
  say("arm         events/s  node cpu-s/M  clickhouse cpu-s/M  peak MiB      rows");
  say(line("spendtrail", ours));
  say(line("baseline", baseline));
  const ratio = (a: number, b: number) => (a / b).toFixed(2);
  say(
    `spendtrail / baseline: events/s ${ratio(baseline.seconds, ours.seconds)}, node cpu ${ratio(ours.cpuNode, baseline.cpuNode)}, ` +
      `clickhouse cpu ${ratio(ours.cpuClickHouse, baseline.cpuClickHouse)}. The baseline rates, hashes, redacts and rejects nothing and writes 12 columns of one table.`,
  );
}
