import { randomUUID } from "node:crypto";
import { planPrices } from "#core/price-import.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { SourceSetting as SourceSchema } from "#core/settings/source.ts";
import { planSources } from "#core/sources-import.ts";
import { canonical } from "#gateways/canonical.ts";
import type { IngestDeps } from "#ingest/deps.ts";
import { createMeasures } from "#ingest/measures.ts";
import { startIngest } from "#ingest/start.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { TopicNames } from "#runtime/config/config.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { OutgoingRecord, Producer } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { migrate } from "#runtime/migrate.ts";
import { applyPlan, changeSettings } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

export const TEST_SALT = Buffer.from("a-salt-for-the-tests");
export const silent = createLog("test", (process.env["TEST_LOG"] ?? "silent") as "silent");

/** Topics, a database and settings of a test's own, on the shared real servers. */
export interface Ground {
  readonly kafka: { brokers: string[]; clientId: string };
  readonly topics: TopicNames;
  readonly database: string;
  readonly clickhouse: ClickHouse;
  readonly producer: Producer;
  readonly settings: SettingsLog;
  /** Adds or replaces sources; resolves when the own fold has them. */
  setSources(sources: readonly (Partial<SourceSetting> & { name: string; gateway: string })[]): Promise<void>;
  send(
    source: string,
    gateway: string,
    values: readonly (string | Buffer | null)[],
    more?: Partial<OutgoingRecord>,
  ): Promise<void>;
  close(): Promise<void>;
}

/** @param options.brokers a broker of the test's own, for one that stops it or spoils its folder */
export async function makeGround(
  options: { partitions?: number; prices?: boolean; brokers?: readonly string[] } = {},
): Promise<Ground> {
  const { brokers: shared, clickHouseUrl } = await sharedServers();
  const brokers = [...(options.brokers ?? shared)];
  const name = uniqueName("t");
  const kafka = { brokers, clientId: "test" };
  const topics = {
    records: `${name}.records`,
    rejects: `${name}.rejects`,
    settings: `${name}.settings`,
    acts: `${name}.acts`,
    batches: `${name}.batches`,
    budgetState: `${name}.budget-state`,
  };
  const specs = ourTopics(topics, options.partitions ?? 2, 1);
  await inspectTopics(kafka, specs, { create: true, replicationFactor: 1, log: silent });
  const admin = {
    url: clickHouseUrl,
    user: "admin",
    password: TEST_PASSWORD,
    database: name,
    requestTimeoutMs: 20_000,
  };
  await migrate(admin, name, "sql");
  const [producer, settings] = await Promise.all([
    createProducer(kafka, silent),
    followSettings({ kafka, topic: topics.settings, log: silent }),
  ]);
  const by = { actor: "test", reason: "test" };
  if (options.prices !== false)
    await applyPlan(producer, settings, planPrices(settings.state(), shippedPrices()), by);
  const clickhouse = connectClickHouse(admin);
  return {
    kafka,
    topics,
    database: name,
    clickhouse,
    producer,
    settings,
    setSources: async (sources) => {
      const wanted = sources.map((source) => SourceSchema.parse(source));
      await applyPlan(producer, settings, planSources(settings.state(), wanted), by);
    },
    send: async (source, gateway, values, more = {}) => {
      await producer.send(
        topics.records,
        values.map((value) => ({
          key: null,
          value: typeof value === "string" ? Buffer.from(value) : value,
          headers: {
            "spendtrail-source": source,
            "spendtrail-gateway": gateway,
            "spendtrail-record-id": randomUUID(),
          },
          ...more,
        })),
      );
    },
    close: async () => {
      await Promise.all([producer.close(), settings.stop(), clickhouse.close()]);
    },
  };
}

export type GroundIngestDeps = IngestDeps & { clickhouse: ClickHouse; settings: SettingsLog };

export function ingestDeps(ground: Ground, more: Partial<GroundIngestDeps> = {}): GroundIngestDeps {
  return {
    kafka: ground.kafka,
    groupId: `${ground.database}-ingest`,
    topics: ground.topics,
    producer: ground.producer,
    clickhouse: ground.clickhouse,
    settings: ground.settings,
    adapters: new Map([[canonical.gateway, canonical]]),
    personSalt: TEST_SALT,
    limits: { batchRowsMax: 1000, batchBytesMax: 4_000_000, batchAgeMs: 100 },
    measures: createMeasures(createMetrics({ defaults: false })),
    log: silent,
    clock: () => new Date(),
    crashed: (error) => {
      throw error;
    },
    ...more,
  };
}

export async function ingestOn(ground: Ground, more: Partial<GroundIngestDeps> = {}) {
  return startIngest(ingestDeps(ground, more));
}

export { changeSettings };
