import { describe, expect, test } from "vitest";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { makeLossyNetwork } from "#test/runtime/kafka/lossy-network.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const log = createLog("test", "silent");
const PARTITIONS = 3;

async function setUp(limits?: Parameters<typeof createProducer>[2]) {
  const config = { brokers: (await sharedServers()).brokers, clientId: "test" };
  const topic = uniqueName("lossy");
  const settings = { "message.timestamp.type": "LogAppendTime" };
  await inspectTopics(config, [{ topic, partitions: PARTITIONS, settings, ours: true }], {
    create: true,
    replicationFactor: 1,
    log,
  });
  const network = await makeLossyNetwork(config.brokers[0] ?? "");
  const producer = await createProducer(config, log, limits);
  const values = async () => {
    const seen: string[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const onRecord = (record: { value: Buffer | null }) => void seen.push(String(record.value));
      await (await readTopic(config, { topic, partition, onRecord, log })).stop();
    }
    return seen;
  };
  return { network, producer, topic, values };
}

/**
 * A broker that did what it was asked and whose answer was lost. kafkajs gives sequence numbers again after a failure;
 * the broker then takes other records for duplicates, acknowledges them and writes nothing.
 */
describe("an answer of the broker that is lost costs no record", () => {
  test("of records without a key, which may go to any partition", { timeout: 60_000 }, async () => {
    const { network, producer, topic, values } = await setUp();
    const acknowledged: string[] = [];
    for (let n = 0; n < 30; n++) {
      if (n % 4 === 0) network.loseAnswers(1);
      await producer.send(topic, [{ key: null, value: Buffer.from(`value ${n}`) }]);
      acknowledged.push(`value ${n}`);
    }
    await producer.close();
    expect(network.lost()).toBe(8);
    const there = await values();
    expect(there.toSorted()).toEqual(acknowledged.toSorted()); // none missing, and none twice either
  });

  test("when a call was given up and others follow", { timeout: 60_000 }, async () => {
    const { network, producer, topic, values } = await setUp({ deliveryMs: 1_500, waitingBytesMax: 1e6 });
    const send = (value: string) =>
      producer.send(topic, [{ key: null, value: Buffer.from(value), partition: 0 }]);
    await send("first");
    network.loseAnswers(Number.MAX_SAFE_INTEGER);
    await expect(send("given up")).rejects.toMatchObject({ code: "KAFKA_NOT_ACKNOWLEDGED" });
    network.loseAnswers(0);
    const [next] = await send("next");
    const [last] = await send("last");
    await producer.close();
    const there = await values();
    expect(there.filter((value) => value !== "given up")).toEqual(["first", "next", "last"]);
    expect(next?.baseOffset).toBeGreaterThan(0n);
    expect(last?.baseOffset).toBeGreaterThan(next?.baseOffset ?? 0n);
  });

  test("of many calls at once, each is told its own offset", async () => {
    const { network, producer, topic, values } = await setUp();
    network.loseAnswers(3);
    const calls = Array.from({ length: 200 }, (_, n) =>
      producer.send(topic, [{ key: `key ${n % 7}`, value: Buffer.from(`value ${n}`) }]),
    );
    const produced = (await Promise.all(calls)).flat();
    await producer.close();
    const places = new Set(produced.map(({ partition, baseOffset }) => `${partition}:${baseOffset}`));
    expect(places.size).toBe(200);
    expect((await values()).toSorted()).toEqual(calls.map((_, n) => `value ${n}`).toSorted());
  });
});
