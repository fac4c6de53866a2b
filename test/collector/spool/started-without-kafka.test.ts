import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { makeKey as keyOfSettings } from "#cli/stack/make-key.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { planSources } from "#core/sources-import.ts";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { emptyFolder } from "#test/collector/spool/folder-of.ts";
import { bearer, textOf } from "#test/collector/support.ts";

const log = createLog("test", "silent");
const DOOR = "/v1/gateways/litellm";
const TOPICS = {
  records: "spendtrail.records",
  rejects: "spendtrail.rejects",
  settings: "spendtrail.settings",
  acts: "spendtrail.acts",
  batches: "spendtrail.batches",
  budgetState: "spendtrail.budget-state",
};

/** `spendtrail collect` as its supervisor starts it. */
async function collect(brokers: readonly string[], dir: string) {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    KAFKA_BROKERS: brokers.join(","),
    SPENDTRAIL_DATA_DIR: dir,
    SPENDTRAIL_PERSON_SALT: "a salt for tests, 16 bytes and more",
    SPENDTRAIL_COLLECTOR_PORT: "0",
    SPENDTRAIL_OTLP_GRPC_PORT: "0",
    SPENDTRAIL_REPLICATION_FACTOR: "1",
    SPENDTRAIL_LOG_LEVEL: "error",
  };
  const args = [...nodeFlags("collect", env), "cli/main.ts", "collect", "--json"];
  const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, "exit").then(([code]) => ({ code: code as number | null, stderr }));
  if (child.stdout === null) throw new Error("stdout is a pipe");
  const said = once(createInterface(child.stdout), "line").then(([line]) => JSON.parse(String(line)));
  const answer = (await Promise.race([said, ended])) as { collector?: string };
  return {
    url: answer.collector ?? "",
    ended,
    kill: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** A broker with topics, one source, and two keys for it. */
async function ground() {
  const dir = join(emptyFolder(), "kafka");
  let broker: EmbeddedKafka = await startKafka({ dir });
  onTestFinished(() => broker.stop());
  const { brokers } = broker;
  const port = Number(brokers[0]?.split(":")[1]);
  const kafka = { brokers, clientId: "test" };
  await inspectTopics(kafka, ourTopics(TOPICS, 1, 1), { create: true, replicationFactor: 1, log });
  const producer = await createProducer(kafka, log);
  const settings = await followSettings({ kafka, topic: TOPICS.settings, log });
  const by = { actor: "test", reason: "test" };
  const source = SourceSetting.parse({ name: "llm", gateway: "litellm" });
  await applyPlan(producer, settings, planSources(settings.state(), [source]), by);
  const base = { producer, settings } as Parameters<typeof keyOfSettings>[0];
  const fields = { label: "test", role: "ingest" as const, sources: ["llm"], reason: "test" };
  const keys = [await keyOfSettings(base, fields), await keyOfSettings(base, fields)];
  await producer.close();
  await settings.stop();
  return {
    brokers,
    tokens: keys.map(({ token }) => token),
    stop: () => broker.stop(),
    start: async () => {
      broker = await startKafka({ dir, port });
    },
    numbers: async () => {
      const found: LogRecord[] = [];
      const reader = await readTopic(kafka, {
        topic: TOPICS.records,
        log,
        onRecord: (record) => void found.push(record),
      });
      await reader.stop();
      return found.map((record) => (JSON.parse(textOf(record)) as { n: number }).n);
    },
  };
}

async function send(url: string, token: string, n: number): Promise<number> {
  const response = await fetch(url + DOOR, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(token) },
    body: JSON.stringify({ id: `call-${n}`, n }),
  });
  await response.body?.cancel();
  return response.status;
}

test("a collector that is killed and started again while Kafka is away takes records all the same", {
  timeout: 180_000,
}, async () => {
  const kafka = await ground();
  const dir = emptyFolder();
  const [token = ""] = kafka.tokens;
  const before = await collect(kafka.brokers, dir);
  expect(await send(before.url, token, 0)).toBe(202);
  const copy = join(dir, "spool", "settings.json");
  expect(readFileSync(copy, "utf8")).not.toContain(token.split("_")[2]);
  expect(statSync(copy).mode & 0o777).toBe(0o600);

  await kafka.stop();
  await before.kill("SIGKILL");
  const startedMs = performance.now();
  const again = await collect(kafka.brokers, dir);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  for (let n = 1; n <= 5; n += 1) expect(await send(again.url, token, n)).toBe(202);
  expect(await send(again.url, `st_${"x".repeat(12)}_nobody`, 6)).toBe(401);
  const ready = await fetch(`${again.url}/health/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { kafka: false, spool: true }]);

  await kafka.start();
  await expect.poll(kafka.numbers, { timeout: 60_000, interval: 500 }).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await send(again.url, token, 6)).toBe(202);
  expect((await again.kill("SIGTERM")).code).toBe(0);
  expect(await kafka.numbers()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("told to end while Kafka is still away it ends in order, and what it took is there at the next start", {
  timeout: 180_000,
}, async () => {
  const kafka = await ground();
  const dir = emptyFolder();
  const [token = ""] = kafka.tokens;
  await (await collect(kafka.brokers, dir)).kill("SIGTERM");
  await kafka.stop();
  const away = await collect(kafka.brokers, dir);
  expect(await send(away.url, token, 1)).toBe(202);
  expect((await away.kill("SIGTERM")).code).toBe(0);
  await kafka.start();
  await collect(kafka.brokers, dir);
  await expect.poll(kafka.numbers, { timeout: 60_000, interval: 500 }).toEqual([1]);
});

test("without a copy of the settings it says that Kafka is away and ends", {
  timeout: 120_000,
}, async () => {
  const kafka = await ground();
  await kafka.stop();
  const fresh = await (await collect(kafka.brokers, emptyFolder())).ended;
  expect(fresh.code).not.toBe(0);
  expect(fresh.stderr).toContain("KAFKA_UNREACHABLE");
});
