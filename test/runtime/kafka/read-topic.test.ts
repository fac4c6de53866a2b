import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import kafkajs from "kafkajs";
import { expect, onTestFinished, test } from "vitest";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { createCluster } from "#runtime/kafka/cluster.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const log = createLog("test", "silent");
const textOf = (record: LogRecord) => String(record.value);

async function makeTopic(brokers?: readonly string[], settings: Record<string, string> = {}) {
  const config = { brokers: brokers ?? (await sharedServers()).brokers, clientId: "test" };
  const topic = uniqueName("followed");
  const spec = { topic, partitions: 1, settings, ours: true };
  await inspectTopics(config, [spec], { create: true, replicationFactor: 1, log });
  return { config, topic };
}

test("what lies below kafkajs's public face is as we know it", async () => {
  const { config } = await makeTopic();
  const cluster = createCluster(createKafka(config, log));
  for (const method of [
    "connect",
    "addTargetTopic",
    "findLeaderForPartitions",
    "findBroker",
    "fetchTopicsOffset",
  ])
    expect(cluster).toHaveProperty(method, expect.any(Function));
});

test("a topic that ends in control records and aborted ones is read to its end", async () => {
  const { config, topic } = await makeTopic();
  const raw = createKafka(config, log).producer({
    transactionalId: uniqueName("transaction"),
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await raw.connect();
  for (const [value, end] of [
    ["kept", "commit"],
    ["given up", "abort"],
  ] as const) {
    const transaction = await raw.transaction();
    await transaction.send({ topic, messages: [{ value }] });
    await transaction[end]();
  }
  await raw.disconnect();
  const seen: string[] = [];
  const reader = await readTopic(config, {
    topic,
    onRecord: (record) => void seen.push(textOf(record)),
    log,
  });
  expect([seen, reader.next()]).toEqual([["kept"], 4n]); // a record and a marker of each
  await reader.stop();
});

test("what was deleted at the beginning is passed over, and the place says so", async () => {
  const { config, topic } = await makeTopic();
  const producer = await createProducer(config, log);
  for (const value of ["a", "b", "c"]) await producer.send(topic, [{ key: null, value: Buffer.from(value) }]);
  await producer.close();
  const admin = createKafka(config, log).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // loads what deleteTopicRecords needs to know
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "2" }] });
  await admin.disconnect();
  const seen: bigint[] = [];
  const reader = await readTopic(config, { topic, onRecord: (record) => void seen.push(record.offset), log });
  expect([seen, reader.next()]).toEqual([[2n], 3n]);
  await reader.stop();
});

test("new records come at once", async () => {
  const { config, topic } = await makeTopic();
  const producer = await createProducer(config, log);
  let arrived = Promise.withResolvers<void>();
  const reader = await readTopic(config, { topic, onRecord: () => arrived.resolve(), log });
  const delays: number[] = [];
  for (let n = 0; n < 20; n++) {
    arrived = Promise.withResolvers();
    const sent = performance.now();
    await producer.send(topic, [{ key: null, value: Buffer.from(String(n)) }]);
    await arrived.promise;
    delays.push(performance.now() - sent);
  }
  await Promise.all([reader.stop(), producer.close()]);
  expect(delays.toSorted((a, b) => a - b)[10]).toBeLessThan(100);
});

test("a callback that throws is called again with the same, and nothing is passed over", async () => {
  const { config, topic } = await makeTopic();
  const producer = await createProducer(config, log);
  await producer.send(
    topic,
    [1, 2, 3].map((n) => ({ key: null, value: Buffer.from(String(n)) })),
  );
  await producer.close();
  const calls: string[] = [];
  const failOnce = new Set(["2", "progress 3"]);
  const call = (what: string) => {
    calls.push(what);
    if (failOnce.delete(what)) throw new Error("not now");
  };
  const reader = await readTopic(config, {
    topic,
    onRecord: (record) => call(textOf(record)),
    onProgress: (next) => call(`progress ${next}`),
    log,
  });
  await reader.stop();
  expect(calls).toEqual(["1", "2", "2", "3", "progress 3", "progress 3"]);
});

test("a topic that is not there is told at the beginning", async () => {
  const { config } = await makeTopic();
  const reading = readTopic(config, { topic: uniqueName("absent"), onRecord: () => {}, log });
  await expect(reading).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISSING" });
});

test("following goes on through a restart of the broker", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-follow-"));
  const dir = join(folder, "kafka");
  let broker: EmbeddedKafka = await startKafka({ dir });
  onTestFinished(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });
  const { config, topic } = await makeTopic(broker.brokers);
  const seen: string[] = [];
  const reader = await readTopic(config, {
    topic,
    onRecord: (record) => void seen.push(textOf(record)),
    log,
  });
  const send = async (value: string) => {
    const producer = await createProducer(config, log);
    await producer.send(topic, [{ key: null, value: Buffer.from(value) }]);
    await producer.close();
  };
  await send("before");
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(["before"]);
  await broker.stop();
  broker = await startKafka({ dir, port: Number(broker.brokers[0]?.split(":")[1]) });
  await send("after");
  await expect.poll(() => seen, { timeout: 30_000 }).toEqual(["before", "after"]);
  await reader.stop();
});
