import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { startServers } from "#embedded/servers.ts";
import { buildApi } from "#query-api/app.ts";
import { followBudgetState } from "#runtime/budgets/follow-budget-state.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { KafkaConfig, Producer } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { benchApp } from "#test/bench/bench-app.ts";
import { isOver, tellAlive, writeBudgets } from "#test/bench/decisions-ground.ts";
import type { DecisionsLoad, DecisionsLoaded } from "#test/bench/decisions-load.ts";
import { BENCH_TOPICS } from "#test/bench/ground.ts";

const quiet = createLog("bench", "error");

/** Decisions at a steady rate from another process, and a constant of the same app; then how soon a restart decides. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      budgets: { type: "string", default: "10000" },
      rate: { type: "string", default: "2000" },
      seconds: { type: "string", default: "30" },
    },
  });
  const [scopes, rate, seconds] = [Number(values.budgets), Number(values.rate), Number(values.seconds)];
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-bench-"));
  const servers = await startServers({ dataDir: folder, kafka: true, clickhouse: false, usersXml: "" });
  try {
    if (servers.kafka === null) throw new Error("Kafka was asked for");
    const kafka = { brokers: servers.kafka.brokers, clientId: "bench" };
    await inspectTopics(kafka, ourTopics(BENCH_TOPICS, 1, 1), {
      ...{ create: true, replicationFactor: 1, log: quiet },
    });
    const producer = await createProducer(kafka, quiet);
    const { token } = await writeBudgets(producer, scopes);
    await measure(kafka, producer, { token, rate, seconds, scopes }, join(folder, "api.log"));
    await producer.close();
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Load = Omit<DecisionsLoad, "url">;

async function measure(kafka: KafkaConfig, producer: Producer, load: Load, logFile: string): Promise<void> {
  const beganMs = performance.now();
  const api = await startDecisions(kafka, logFile);
  await firstRight(api.url, load);
  const startMs = performance.now() - beganMs;
  const alive = setInterval(() => void tellAlive(producer, load.scopes), 1_000);
  const arms = [];
  // A short one first: code that was never run is nobody's latency after a minute.
  await oneArm(api, "/v1/decisions", { ...load, seconds: Math.min(5, load.seconds) });
  for (const path of ["/v1/decisions", "/health/live"])
    arms.push({ path, ...(await oneArm(api, path, load)) });
  clearInterval(alive);
  await api.close();
  const out = (line: string) => process.stdout.write(`${line}\n`);
  out(`${load.scopes} budgets, ${load.rate} requests/s for ${load.seconds} s`);
  for (const { path, server, client } of arms)
    out(
      `${path.padEnd(14)} server p50 ${ms(server.p50)} p99 ${ms(server.p99)} max ${ms(server.max)}; client p50 ${ms(client.p50Ms)} p99 ${ms(client.p99Ms)} max ${ms(client.maxMs)}; ${client.answered} answered, ${client.failed} failed in ${client.seconds.toFixed(1)} s`,
    );
  out(`from the start of the API to the first right verdict: ${(startMs / 1000).toFixed(2)} s`);
}

const ms = (value: number) => `${value.toFixed(2)} ms`;

/** The real API on the real topics, with its request log in a file as in production. */
async function startDecisions(kafka: KafkaConfig, logFile: string) {
  const none = { query: () => Promise.reject(new Error("a decision asked ClickHouse")) };
  const { deps } = benchApp({ clickhouseTeam: none as never, clickhouseAll: none as never });
  const settings = await followSettings({ kafka, topic: BENCH_TOPICS.settings, log: quiet });
  const metrics = createMetrics({ defaults: false });
  const budgets = await followBudgetState({
    ...{ kafka, topic: BENCH_TOPICS.budgetState, log: quiet, metrics },
  });
  const log = createLog("api", "info", logFile);
  const app = await buildApi({ ...deps, settings, budgets, metrics, log });
  const took: number[] = [];
  app.server.prependListener("request", (_request, response) => {
    const beganMs = performance.now();
    response.once("finish", () => took.push(performance.now() - beganMs));
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    took: () => took.splice(0).sort((a, b) => a - b),
    close: async () => {
      await app.close();
      await Promise.all([settings.stop(), budgets.stop()]);
    },
  };
}

async function firstRight(url: string, { token, scopes }: Load): Promise<void> {
  for (const n of [0, scopes - 1]) {
    const response = await fetch(`${url}/v1/decisions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ team: `team-${n}` }),
    });
    const { decision } = (await response.json()) as { decision: string };
    if (decision !== (isOver(n) ? "deny" : "allow")) throw new Error(`team-${n}: ${decision}`);
  }
}

async function oneArm(
  api: Awaited<ReturnType<typeof startDecisions>>,
  path: string,
  load: Load,
): Promise<{ server: { p50: number; p99: number; max: number }; client: DecisionsLoaded }> {
  api.took();
  const told = JSON.stringify({ ...load, url: api.url + path });
  const { stdout } = await promisify(execFile)(process.execPath, ["test/bench/decisions-load.ts", told]);
  const took = api.took();
  const at = (share: number) => took[Math.floor(took.length * share)] ?? Number.NaN;
  const server = { p50: at(0.5), p99: at(0.99), max: took.at(-1) ?? Number.NaN };
  return { server, client: JSON.parse(stdout) as DecisionsLoaded };
}
