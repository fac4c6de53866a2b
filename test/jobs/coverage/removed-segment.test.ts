import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { committed } from "#test/ingest/committed.ts";
import { skip } from "#test/ingest/skip.ts";
import { type BrokerWithSegments, startWithSegments } from "#test/jobs/coverage/broker-with-segments.ts";
import { check } from "#test/jobs/coverage/coverage-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

/** Five files of ten records and a bit; the padding lies in a header that nobody stores. */
const RECORDS = 55;
const PADDING_BYTES = 70_000;

let broker: BrokerWithSegments;
let ground: Ground;
let ingest: Awaited<ReturnType<typeof ingestOn>> | null = null;
beforeAll(async () => {
  broker = await startWithSegments();
  ground = await makeGround({ partitions: 3, prices: false, brokers: broker.brokers });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
}, 90_000);
afterEach(() => stopIngest());
afterAll(async () => {
  await ground.close();
  await broker.stop();
});

async function stopIngest(): Promise<void> {
  await ingest?.close();
  ingest = null;
}

async function fill(partition: number): Promise<void> {
  const producer = createKafka(ground.kafka, silent).producer();
  await producer.connect();
  for (let n = 0; n < RECORDS; n += 1) {
    const padding = randomBytes(PADDING_BYTES).toString("base64");
    const headers = { "spendtrail-source": "app", "spendtrail-gateway": "canonical", padding };
    const message = { partition, value: canonicalEvent(`event-${partition}-${n}`), headers };
    await producer.send({ topic: ground.topics.records, messages: [message] });
  }
  await producer.disconnect();
}
const ingestAll = async (partition: number) => {
  ingest ??= await ingestOn(ground);
  await expect
    .poll(async () => (await committed(ground, partition)).offset, { timeout: 30_000 })
    .toBe(String(RECORDS));
};

describe("a file of the log that was removed by hand", () => {
  test("before it was ingested: its offsets are missing, to the offset, until somebody gives them up", async () => {
    await fill(0);
    const { from, to } = await broker.removeSegment(ground.topics.records, 0, 2);
    expect(to - from).toBeGreaterThan(5);
    // Not ingested yet: only who reads the log itself can know.
    expect((await check(ground)).offsets).toEqual([]);
    expect((await check(ground, { readsWholeLog: true })).offsets).toEqual([`0:${from}-${to} missing`]);
    await ingestAll(0);
    const { offsets, missing, gaps, states } = await check(ground);
    expect(offsets).toEqual([`0:${from}-${to} missing`]);
    expect(missing).toBe(to - from + 1);
    expect(states[0]).toMatchObject({ records: BigInt(RECORDS - missing), through: BigInt(RECORDS - 1) });
    const [gap] = gaps.offsets;
    expect(Number(gap?.afterMs)).toBeGreaterThan(Date.now() - 120_000);
    expect(Number(gap?.beforeMs)).toBeGreaterThanOrEqual(Number(gap?.afterMs));
    // Two looks later it is still the same gap, once.
    expect((await check(ground, { readsWholeLog: true })).offsets).toEqual(offsets);

    expect((await skip(ground, { partition: 0, from: String(from), to: String(to - 2) })).code).toBe(0);
    await expect.poll(() => ground.settings.state().gaps.size).toBe(1);
    const after = await check(ground);
    expect(after.offsets).toEqual([`0:${from}-${to - 2} declared`, `0:${to - 1}-${to} missing`]);
    expect(after.missing).toBe(2);
  }, 180_000);

  test("after it was ingested: nothing is lost, and who reads the log is told that it is gone from there", async () => {
    await fill(1);
    await ingestAll(1);
    const known = (await check(ground)).offsets;
    await stopIngest();
    const { from, to } = await broker.removeSegment(ground.topics.records, 1, 1);
    expect((await check(ground)).offsets).toEqual(known);
    expect((await check(ground, { readsWholeLog: true })).offsets).toEqual([
      ...known,
      `1:${from}-${to} removed`,
    ]);
    expect((await check(ground)).offsets).toEqual([...known, `1:${from}-${to} removed`]);
  }, 180_000);

  test("what retention takes is fine once it is ingested, and lost when it was not", async () => {
    await fill(2);
    const known = (await check(ground)).offsets;
    const admin = createKafka(ground.kafka, silent).admin();
    await admin.connect();
    const { records: topic } = ground.topics;
    // kafkajs forgets to load what it needs for the next call.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 2, offset: "10" }] });
    expect((await check(ground)).offsets).toEqual([...known, "2:0-9 expired"]);
    await ingestAll(2);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 2, offset: "40" }] });
    await admin.disconnect();
    expect((await check(ground)).offsets).toEqual([...known, "2:0-9 expired"]);
  }, 180_000);
});
