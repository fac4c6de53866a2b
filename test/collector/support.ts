import { randomBytes, randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import type { CollectorConfig, CollectorDeps } from "#collector/deps.ts";
import { directSender, makeSender } from "#collector/spool/make-sender.ts";
import { type Collector, startCollector } from "#collector/start.ts";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import type { KeySetting } from "#core/settings/key.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { NO_SETTINGS, type SettingsState, type Versioned } from "#core/settings/state.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { createKafkaProbe } from "#runtime/kafka/probe.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

export const log = createLog("test", "silent");
export const SALT = Buffer.from("a salt for tests, 16 bytes and more");

const SPOOL_BYTES_MAX = 64 * 1024 * 1024;

/** Sources of the tests: two of LiteLLM, one of each other kind. */
const SOURCES = [
  { name: "llm-eu", gateway: "litellm" },
  { name: "llm-us", gateway: "litellm" },
  { name: "llm-off", gateway: "litellm", enabled: false },
  { name: "kong-own", gateway: "kong", topic: "kong-topic" },
  { name: "kong-http", gateway: "kong" },
  { name: "ours", gateway: "canonical" },
  { name: "spans", gateway: "openinference" },
  { name: "spans-us", gateway: "openinference" },
].map((source) => SourceSetting.parse(source));

export function makeSettings(keys: readonly KeySetting[]): SettingsState {
  const versioned = <Value>(value: Value): Versioned<Value> => ({ version: 1, offset: 0n, value });
  return {
    ...NO_SETTINGS,
    offset: 0n,
    sources: new Map(SOURCES.map((source) => [source.name, versioned(source)])),
    keys: new Map(keys.map((key) => [key.id, versioned(key)])),
  };
}

export function makeKey(fields: Partial<KeyFields> = {}) {
  const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), {
    label: "test",
    role: "ingest",
    sources: ["llm-eu"],
    ...fields,
  });
  return { token, setting };
}

/** A key of each kind. */
function makeKeys() {
  return {
    litellm: makeKey(),
    ours: makeKey({ sources: ["ours"] }),
    otlp: makeKey({ sources: ["llm-eu", "spans"] }),
    all: makeKey({ sources: SOURCES.map((source) => source.name) }),
    viewer: makeKey({ role: "viewer", teams: ["a"], sources: [] }),
    revoked: makeKey(),
    expired: makeKey({ expires_at: "2020-01-01T00:00:00.000Z" }),
  };
}

export interface TestCollector extends Collector {
  readonly tokens: Readonly<Record<keyof ReturnType<typeof makeKeys>, string>>;
  /** Everything that is in the topic now. */
  records(): Promise<LogRecord[]>;
  post(path: string, body: RequestInit["body"], headers?: Record<string, string>): Promise<Response>;
  readonly kafka: KafkaConfig;
  readonly topic: string;
}

/** A collector on a real broker, with keys of all kinds and a topic of its own; closed at the end of the test. */
export async function makeCollector(
  options: {
    config?: Partial<CollectorConfig>;
    deps?: Partial<CollectorDeps>;
    brokers?: readonly string[];
    spool?: { dir: string; bytesMax?: number };
  } = {},
): Promise<TestCollector> {
  const brokers = options.brokers ?? (await sharedServers()).brokers;
  const kafka: KafkaConfig = { brokers, clientId: "test" };
  const topic = uniqueName("records");
  const settings = { "message.timestamp.type": "LogAppendTime", "max.message.bytes": "5242880" };
  await inspectTopics(kafka, [{ topic, partitions: 1, settings, ours: true }], {
    create: true,
    replicationFactor: 1,
    log,
  });
  const keys = makeKeys();
  const settled = Object.values(keys).map(({ setting }) =>
    setting.id === keys.revoked.setting.id ? { ...setting, revoked: true } : setting,
  );
  const state = makeSettings(settled);
  const producer = await createProducer(kafka, log);
  const probe = createKafkaProbe(kafka, log);
  const metrics = createMetrics({ defaults: false });
  const sender =
    options.spool === undefined
      ? directSender(producer)
      : makeSender({ bytesMax: SPOOL_BYTES_MAX, ...options.spool, topic, producer, log, metrics });
  const collector = await startCollector(
    {
      sender,
      settings: { state: () => state, caughtUp: async () => {} },
      kafkaAnswers: () => probe.answers(),
      adapters: ADAPTERS,
      log,
      metrics,
      personSalt: SALT,
      clock: () => new Date(),
      randomUuid: randomUUID,
      ...options.deps,
    },
    {
      host: "127.0.0.1",
      port: 0,
      topic,
      bodyBytesMax: 1 << 20,
      inflatedBytesMax: 4 << 20,
      ...options.config,
    },
  );
  onTestFinished(async () => {
    await collector.close();
    await sender.close();
    await Promise.all([producer.close(), probe.close()]);
  });
  const tokens = Object.fromEntries(Object.entries(keys).map(([name, { token }]) => [name, token]));
  return {
    ...collector,
    kafka,
    topic,
    tokens: tokens as TestCollector["tokens"],
    records: () => allRecords(kafka, topic),
    post: (path, body, headers = {}) => post(collector.url, path, body, headers),
  };
}

async function allRecords(kafka: KafkaConfig, topic: string): Promise<LogRecord[]> {
  const seen: LogRecord[] = [];
  const reader = await readTopic(kafka, { topic, onRecord: (record) => void seen.push(record), log });
  await reader.stop();
  return seen;
}

function post(url: string, path: string, body: RequestInit["body"], headers: Record<string, string>) {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: body ?? null,
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
  });
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const textOf = (record: LogRecord | undefined) => record?.value?.toString("utf8") ?? "";

/** A canonical event that the contract takes. */
export function makeEvent(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    specversion: "1.0",
    type: "spendtrail.response.v1",
    source: "//gateway.test",
    id: randomUUID(),
    time: "2026-11-02T10:00:00.000Z",
    data: {
      gateway: "canonical",
      platform: "anthropic-api",
      model: "claude-opus-5",
      session_id: "session-1",
      started_at: "2026-11-02T10:00:00.000Z",
      outcome: "success",
      meters: { input_tokens: 10, output_tokens: 5 },
    },
    ...fields,
  };
}
