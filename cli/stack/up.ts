import { join, resolve } from "node:path";
import { readLocalRun, removeLocalRun, writeLocalRun } from "#cli/local-run.ts";
import { type Base, startBase } from "#cli/stack/base.ts";
import { importShipped } from "#cli/stack/import-shipped.ts";
import { makeKey, revokeKey } from "#cli/stack/make-key.ts";
import { runApi } from "#cli/stack/start-api.ts";
import { GRPC_DOOR, runCollector } from "#cli/stack/start-collector.ts";
import { runIngest } from "#cli/stack/start-ingest.ts";
import { runJobs } from "#cli/stack/start-jobs.ts";
import { type Failure, failure } from "#core/failure.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { makeFolder } from "#embedded/folder.ts";
import { freePort } from "#embedded/ports.ts";
import { startServers } from "#embedded/servers.ts";
import { productUsers } from "#runtime/clickhouse-users.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import type { Config } from "#runtime/config/config.ts";
import { ensureLocalSecrets } from "#runtime/config/local-secrets.ts";
import { withEmbedded } from "#runtime/config/with-embedded.ts";
import { gatewayTopic } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog, type Log } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";
import { createShutdown, type Shutdown } from "#runtime/shutdown.ts";

export interface UpOptions {
  readonly kafkaPort: number;
  readonly clickHousePort: number;
  /** Sources that are there from the start; existing ones stay as they are. */
  readonly sources: readonly SourceSetting[];
  readonly onProgress: (line: string) => void;
}

export interface Stack {
  readonly base: Base;
  readonly collectorUrl: string;
  /** Where OTLP over gRPC is taken; null: it is off. */
  readonly otlpGrpcUrl: string | null;
  readonly apiUrl: string;
  /** An admin key for this run, gone with it. */
  readonly token: string;
  /** Resolves when an embedded server has ended by itself. */
  readonly lost: Promise<Failure>;
  /** Where the programs log; the screen is the person's. */
  readonly logFile: string;
}

const SQL_DIR = new URL("../../sql", import.meta.url).pathname;
const SHUTDOWN_MS = 40_000;

/** Everything in one process: the embedded servers unless told otherwise, tables, topics, settings, all programs. */
export async function startUp(given: Config, options: UpOptions): Promise<Stack> {
  const dataDir = makeFolder(resolve(given.dataDir));
  await refuseTwice(given, dataDir);
  const logFile = join(dataDir, "up.log");
  const log = createLog("up", given.logLevel, logFile);
  const shutdown = createShutdown({ log, timeoutMs: SHUTDOWN_MS, exit: endWith });
  // Ended before it was ready is not done: an interrupt in between must not look like success.
  process.exitCode = 1;
  try {
    const stack = { ...(await startAll(given, options, shutdown, log)), logFile };
    process.exitCode = 0;
    return stack;
  } catch (error) {
    await shutdown.close("could not start");
    throw error;
  }
}

/** As `process.exit`, but an orderly end keeps the exit code of what was not finished. */
function endWith(code: number): void {
  process.exit(code === 0 ? (process.exitCode ?? 0) : code);
}

/**
 * What would fail after the servers have started fails before.
 * @throws failure DATA_DIR_IN_USE, PORT_BUSY
 */
async function refuseTwice({ api, collector }: Config, dir: string): Promise<void> {
  const run = readLocalRun(dir);
  if (run !== null) throw failure("DATA_DIR_IN_USE", { what: "spendtrail up", dir, pid: run.pid });
  const { grpcPort } = collector;
  const doors = [
    { what: "the collector (SPENDTRAIL_COLLECTOR_PORT)", ...collector },
    { what: "the query API (SPENDTRAIL_API_PORT)", ...api },
    ...(grpcPort === null ? [] : [{ what: GRPC_DOOR, host: collector.host, port: grpcPort }]),
  ];
  for (const { what, host, port } of doors) if (host === "127.0.0.1") await freePort(port, what);
}

async function startAll(
  given: Config,
  options: UpOptions,
  shutdown: Shutdown,
  log: Log,
): Promise<Omit<Stack, "logFile">> {
  const { config, lost } = await startEmbedded(given, options, shutdown);
  options.onProgress("Bringing the tables up to date");
  await migrate(config.clickhouse.admin, config.clickhouse.database, SQL_DIR);
  options.onProgress("Looking at the topics and reading the settings");
  const base = await startBase(config, "up", { createTopics: config.embedded.kafka, shutdown, log });
  await importShipped(base, options.sources);
  await makeGatewayTopics(base);
  const key = await makeKey(base, {
    label: "spendtrail up on this machine",
    role: "admin",
    reason: "spendtrail up",
  });
  shutdown.onClose("local key", () => revokeKey(base, key.setting.id, "spendtrail up has ended"));
  options.onProgress("Starting the programs");
  const collector = await runCollector(base);
  await runIngest(base);
  await runJobs(base);
  const api = await runApi(base);
  const { url: collectorUrl, grpcUrl: otlpGrpcUrl } = collector;
  const stack = { base, collectorUrl, otlpGrpcUrl, apiUrl: api.url, token: key.token, lost };
  writeRun(stack, shutdown);
  return stack;
}

async function startEmbedded(
  config: Config,
  options: UpOptions,
  shutdown: Shutdown,
): Promise<Pick<Stack, "lost"> & { config: Config }> {
  if (!config.embedded.kafka && !config.embedded.clickhouse) return { config, lost: new Promise(() => {}) };
  const dataDir = resolve(config.dataDir);
  const secrets = ensureLocalSecrets(dataDir);
  // Names and passwords as they will be; the URL is not known yet and not needed for that.
  const { clickhouse } = withEmbedded(config, { clickHouseUrl: "http://127.0.0.1" }, secrets);
  options.onProgress("Starting Kafka and ClickHouse");
  const servers = await startServers({
    dataDir,
    kafka: config.embedded.kafka,
    clickhouse: config.embedded.clickhouse,
    usersXml: clickHouseUsersXml(productUsers(clickhouse, config.queryLimits), clickhouse.database),
    kafkaPort: options.kafkaPort,
    clickHousePort: options.clickHousePort,
    onProgress: options.onProgress,
  });
  shutdown.onClose("embedded servers", () => servers.stop());
  const { kafka, clickhouse: store, lost } = servers;
  const where = { ...(kafka && { brokers: kafka.brokers }), ...(store && { clickHouseUrl: store.url }) };
  return { config: withEmbedded(config, where, secrets), lost };
}

/** On our own Kafka the gateways' topics are ours to make; on another they are somebody's. */
async function makeGatewayTopics({ config, settings, log }: Base): Promise<void> {
  const topics = [...settings.state().sources.values()].flatMap(({ value }) => value.topic ?? []);
  const specs = topics.map((topic) => gatewayTopic(topic, config.topicPartitions));
  const look = { create: config.embedded.kafka, replicationFactor: config.replicationFactor, log };
  for (const report of await inspectTopics(config.kafka, specs, look)) {
    for (const { fault, mend } of report.faults) log.warn({ topic: report.topic, mend }, fault);
  }
}

function writeRun({ base, collectorUrl, apiUrl, token }: Omit<Stack, "logFile">, shutdown: Shutdown): void {
  const { config } = base;
  const dataDir = resolve(config.dataDir);
  if (!config.embedded.kafka && !config.embedded.clickhouse) return;
  const { brokers } = config.kafka;
  const clickHouseUrl = config.clickhouse.admin.url;
  writeLocalRun(dataDir, {
    pid: process.pid,
    brokers: [...brokers],
    clickHouseUrl,
    collectorUrl,
    apiUrl,
    token,
  });
  shutdown.onClose("run file", () => removeLocalRun(dataDir));
}
