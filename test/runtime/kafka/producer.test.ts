import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics, requireTopics } from "#runtime/kafka/topics.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const log = createLog("test", "silent");
const kafkaConfig = async () => ({ brokers: (await sharedServers()).brokers, clientId: "test" });

async function makeTopic(settings: Record<string, string> = {}) {
  const config = await kafkaConfig();
  const topic = uniqueName("topic");
  const spec = {
    topic,
    partitions: 1,
    settings: { "message.timestamp.type": "LogAppendTime", ...settings },
    ours: true,
  };
  await inspectTopics(config, [spec], { create: true, replicationFactor: 1, log });
  return { config, topic, spec };
}

describe("what a producer was told is there is there", () => {
  test("records come back in order, with headers, for a reader that keeps no place", async () => {
    const { config, topic } = await makeTopic();
    const producer = await createProducer(config, log);
    const seen: LogRecord[] = [];
    const sent = await producer.send(topic, [
      { key: "a", value: Buffer.from("1"), headers: { "spendtrail-source": "x" } },
      { key: null, value: null },
    ]);
    expect(sent).toEqual([{ partition: 0, baseOffset: 0n }]);
    const reader = await readTopic(config, { topic, onRecord: (record) => void seen.push(record), log });
    expect(seen.map((record) => [record.offset, record.value?.toString() ?? null])).toEqual([
      [0n, "1"],
      [1n, null],
    ]);
    expect(seen[0]?.headers.get("spendtrail-source")).toBe("x");
    expect(seen[0]?.appendTimeMs).toBeGreaterThan(Date.UTC(2026, 0, 1));
    await producer.send(topic, [{ key: null, value: Buffer.from("3") }]);
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(3);
    expect(reader.next()).toBe(3n);
    await reader.stop();
    const later: string[] = [];
    const second = await readTopic(config, {
      topic,
      fromOffset: 2n,
      onRecord: (record) => void later.push(String(record.value)),
      log,
    });
    expect(later).toEqual(["3"]);
    await Promise.all([second.stop(), producer.close()]);
  });

  test("a call that is larger than a request is cut, and none of it is lost", async () => {
    const { config, topic } = await makeTopic();
    const producer = await createProducer(config, log);
    const value = Buffer.alloc(200_000, "x");
    await producer.send(
      topic,
      Array.from({ length: 20 }, () => ({ key: null, value })),
    );
    let count = 0;
    const reader = await readTopic(config, { topic, onRecord: () => void count++, log });
    expect(count).toBe(20);
    await Promise.all([reader.stop(), producer.close()]);
  });

  test("a record that the broker refuses is a failure, and the producer goes on", async () => {
    const { config, topic } = await makeTopic({ "max.message.bytes": "20000" });
    const producer = await createProducer(config, log);
    await expect(producer.send(topic, [{ key: null, value: Buffer.alloc(50_000) }])).rejects.toMatchObject({
      code: "KAFKA_RECORD_TOO_LARGE",
    });
    expect(await producer.send(topic, [{ key: null, value: Buffer.from("ok") }])).toHaveLength(1);
    await producer.close();
  });
});

/** Kafka's own Java client writes the batches: this is what Kong's and everyone's producers look like. */
test.each(["gzip", "snappy", "lz4", "zstd"])(
  "batches that Kafka's Java client compressed with %s are read",
  async (codec) => {
    const { config, topic } = await makeTopic();
    const lines = Array.from({ length: 300 }, (_, at) => `{"n":${at},"text":"${"äbc".repeat(100)}"}`);
    const folder = mkdtempSync(join(tmpdir(), "spendtrail-codec-"));
    writeFileSync(join(folder, "lines"), lines.join("\n"));
    const tool = ["-cp", "embedded/kafka/lib/*", "org.apache.kafka.tools.ProducerPerformance"];
    const load = ["--payload-file", join(folder, "lines"), "--num-records", "2000", "--throughput", "-1"];
    const props = [`bootstrap.servers=${config.brokers[0]}`, `compression.type=${codec}`, "linger.ms=50"];
    await promisify(execFile)("java", [...tool, "--topic", topic, ...load, "--producer-props", ...props]);
    rmSync(folder, { recursive: true });
    const known = new Set(lines);
    let count = 0;
    const onRecord = (record: LogRecord) => {
      expect(known).toContain(String(record.value));
      count += 1;
    };
    const reader = await readTopic(config, { topic, onRecord, log });
    expect(count).toBe(2000);
    await reader.stop();
  },
);

test.each([1, 2, 4])("what we compress with codec %i ourselves is read", async (compression) => {
  const { config, topic } = await makeTopic();
  const producer = createKafka(config, log).producer();
  await producer.connect();
  const values = Array.from({ length: 50 }, (_, at) => `{"n":${at},"text":"${"äbc".repeat(100)}"}`);
  await producer.send({ topic, compression, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
  const seen: string[] = [];
  const reader = await readTopic(config, {
    topic,
    onRecord: (record) => void seen.push(String(record.value)),
    log,
  });
  expect(seen).toEqual(values);
  await reader.stop();
});

describe("topics", () => {
  test("a wrong setting is refused with the command that mends it", async () => {
    const { config, spec } = await makeTopic({ "retention.ms": "1000" });
    const wanted = { ...spec, settings: { ...spec.settings, "retention.ms": "604800000" } };
    const reports = await inspectTopics(config, [wanted], { create: true, replicationFactor: 1, log });
    expect(reports[0]?.state).toBe("wrong");
    expect(() => requireTopics(reports)).toThrow(/kafka-configs\.sh .*--add-config retention\.ms=604800000/);
    expect(() => requireTopics([{ ...reports[0], ours: false } as never])).not.toThrow();
  });

  test("a missing topic is not made when only looking", async () => {
    const config = await kafkaConfig();
    const spec = { topic: uniqueName("absent"), partitions: 3, settings: {}, ours: true };
    const reports = await inspectTopics(config, [spec], { create: false, replicationFactor: 1, log });
    expect(reports[0]?.faults[0]?.mend).toContain(`--create --topic ${spec.topic} --partitions 3`);
  });

  test("a broker that is not there is one sentence", async () => {
    const config = { brokers: ["127.0.0.1:1"], clientId: "test" };
    await expect(
      inspectTopics(config, [], { create: false, replicationFactor: 1, log }),
    ).rejects.toMatchObject({
      code: "KAFKA_UNREACHABLE",
    });
  });
});
