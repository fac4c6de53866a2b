import { randomUUID } from "node:crypto";
import { shippedPriceRows } from "#cli/stack/import-shipped.ts";
import { planPrices } from "#core/price-import.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { planSources } from "#core/sources-import.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { TopicNames } from "#runtime/config/config.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { createSender, type Sender, SOURCE } from "#test/faults/ledger.ts";
import { type Program, startProgram } from "#test/faults/program.ts";
import type { Random } from "#test/faults/random.ts";
import { FAULT_PASSWORD, type Servers } from "#test/faults/servers.ts";
import { tried } from "#test/faults/until.ts";

export const log = createLog("faults", "silent");
type Admin = ReturnType<ReturnType<typeof createKafka>["admin"]>;
export const GROUP = "spendtrail-ingest";

/** Topics, a database and a ledger of one case's own, on servers that several cases may share. */
export interface Field {
  readonly servers: Servers;
  readonly topics: TopicNames;
  readonly partitions: number;
  readonly store: ClickHouse;
  readonly sender: Sender;
  readonly env: NodeJS.ProcessEnv;
  /** Starts an ingester that reaches both servers through the proxies; it is ended with the field. */
  ingester(more?: NodeJS.ProcessEnv, root?: string): Program;
  /** Starts the jobs as well; ended with the field, and not among the programs whose memory is an ingester's. */
  jobs(root?: string): Program;
  programs(): readonly Program[];
  /** Declares a source of canonical events in the settings. */
  declare(source: string): Promise<void>;
  /** Partitions whose group commit holds the intent of a batch that was not finished. */
  intentsLeft(): Promise<number>;
  /** Acts on topics and groups as an operator with Kafka's own tools. */
  admin<Value>(act: (admin: Admin) => Promise<Value>): Promise<Value>;
  /** Stops merging, so that a row that was written twice stays to be seen. */
  keepDuplicates(): Promise<void>;
  close(): Promise<void>;
}

export async function openField(
  servers: Servers,
  random: Random,
  options: { readonly partitions?: number } = {},
): Promise<Field> {
  const { partitions = 4 } = options;
  const replicas = servers.nodes.length;
  const name = `f${randomUUID().slice(0, 8)}`;
  const topics = {
    records: `${name}.records`,
    rejects: `${name}.rejects`,
    settings: `${name}.settings`,
    acts: `${name}.acts`,
    batches: `${name}.batches`,
    budgetState: `${name}.budget-state`,
  };
  const kafka = { brokers: servers.brokers, clientId: "faults" };
  await inspectTopics(kafka, ourTopics(topics, partitions, replicas), {
    create: true,
    replicationFactor: replicas,
    log,
  });
  const producer = await createProducer(kafka, log);
  // In a cluster a broker may not have heard of a topic yet that another one has made.
  const settings = await tried(() => followSettings({ kafka, topic: topics.settings, log }), 30_000);
  const by = { actor: "faults", reason: "faults" };
  await applyPlan(producer, settings, planPrices(settings.state(), shippedPriceRows()), by);
  await settings.stop();
  await producer.close();
  const declare = async (sourceName: string) => {
    const writer = await createProducer(kafka, log);
    const known = await followSettings({ kafka, topic: topics.settings, log });
    const source = SourceSetting.parse({ name: sourceName, gateway: "canonical" });
    await applyPlan(writer, known, planSources(known.state(), [source]), by);
    await known.stop();
    await writer.close();
  };
  await declare(SOURCE);
  const login = { url: servers.url, user: "faults", password: FAULT_PASSWORD, database: name };
  await migrate({ ...login, requestTimeoutMs: 60_000 }, name, "sql");
  const store = connectClickHouse({ ...login, requestTimeoutMs: 60_000 });
  const sender = await createSender({ brokers: servers.brokers, topic: topics.records, partitions }, random);
  const env: NodeJS.ProcessEnv = {
    KAFKA_BROKERS: servers.proxiedBrokers.join(","),
    CLICKHOUSE_URL: servers.proxiedUrl,
    CLICKHOUSE_DATABASE: name,
    CLICKHOUSE_ADMIN_USER: "faults",
    CLICKHOUSE_ADMIN_PASSWORD: FAULT_PASSWORD,
    CLICKHOUSE_INGEST_USER: "faults",
    CLICKHOUSE_INGEST_PASSWORD: FAULT_PASSWORD,
    SPENDTRAIL_TOPIC_RECORDS: topics.records,
    SPENDTRAIL_TOPIC_REJECTS: topics.rejects,
    SPENDTRAIL_TOPIC_SETTINGS: topics.settings,
    SPENDTRAIL_TOPIC_ACTS: topics.acts,
    SPENDTRAIL_TOPIC_BATCHES: topics.batches,
    SPENDTRAIL_TOPIC_BUDGET_STATE: topics.budgetState,
    SPENDTRAIL_PERSON_SALT: "a salt for faults, 16 bytes and more",
    SPENDTRAIL_REPLICATION_FACTOR: String(replicas),
    SPENDTRAIL_INGEST_HEALTH_PORT: "0",
    SPENDTRAIL_JOBS_HEALTH_PORT: "0",
    SPENDTRAIL_GROUP_SESSION_MS: "3000",
    SPENDTRAIL_LOG_LEVEL: "info",
  };
  const programs: Program[] = [];
  const others: Program[] = [];
  const admin: Field["admin"] = async (act) => {
    const tool = createKafka(kafka, log).admin();
    await tool.connect();
    try {
      return await act(tool);
    } finally {
      await tool.disconnect();
    }
  };
  return {
    ...{ servers, topics, partitions, store, sender, env },
    ingester: (more = {}, root) => {
      const program = startProgram("ingest", { ...env, ...more }, root);
      programs.push(program);
      return program;
    },
    jobs: (root) => {
      const program = startProgram("jobs", env, root);
      others.push(program);
      return program;
    },
    programs: () => programs,
    declare,
    intentsLeft: async () => {
      const [at] = await admin((tool) => tool.fetchOffsets({ groupId: GROUP, topics: [topics.records] }));
      return (at?.partitions ?? []).filter(({ metadata }) => (metadata ?? "") !== "").length;
    },
    admin,
    keepDuplicates: async () => {
      for (const table of ["events_v1", "records_v1", "batches_v1"])
        await store.command(`SYSTEM STOP MERGES ${name}.${table}`);
    },
    close: async () => {
      await Promise.all([...programs, ...others].map((program) => program.end()));
      await sender.close();
      await store.command(`DROP DATABASE ${name} SYNC`).catch(() => {});
      await store.close();
    },
  };
}
