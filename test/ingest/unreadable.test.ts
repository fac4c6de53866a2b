import kafkajs from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Ingest } from "#ingest/start.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { committed } from "#test/ingest/committed.ts";
import { runChild } from "#test/ingest/run-child.ts";
import { skip } from "#test/ingest/skip.ts";
import { spoilLog } from "#test/ingest/spoil-log.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";
import { BATCH_HEAD_BYTES, batchesOf, signAgain } from "#test/support/record-batch.ts";

const { CompressionTypes } = kafkajs;
const MIB = 1024 * 1024;

let ground: Ground;
let ingest: Ingest | null = null;
beforeAll(async () => {
  ground = await makeGround({ partitions: 3 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(async () => {
  await ingest?.close();
  await ground.close();
});

/** Records in one batch, compressed with gzip, as a gateway that chose so writes them. */
async function sendGzipped(partition: number, values: readonly (string | Buffer)[]): Promise<void> {
  const producer = createKafka(ground.kafka, silent).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    await producer.send({
      topic: ground.topics.records,
      compression: CompressionTypes.GZIP,
      messages: values.map((value) => ({
        value,
        partition,
        headers: { "spendtrail-source": "app", "spendtrail-gateway": "canonical" },
      })),
    });
  } finally {
    await producer.disconnect();
  }
}

const calls = () => sums(ground).then((all) => all.calls);
const reasons = () => [...(ingest?.stopped() ?? new Map())];
const events = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => canonicalEvent(`${name}-${at}`));
const gaps = () =>
  ground.clickhouse.query({
    name: "gaps",
    sql: "SELECT id, actor, reason, outcome FROM settings_changes_v1 FINAL WHERE kind = 'gap' ORDER BY settings_offset",
    row: z.object({ id: z.string(), actor: z.string(), reason: z.string(), outcome: z.string() }),
  });

describe("a batch that cannot be decompressed", () => {
  test("stops its partition with offsets and command, the others go on, and the command lets it go on", async () => {
    const topic = ground.topics.records;
    await ground.send("app", "canonical", events("before", 3), { partition: 0 });
    await sendGzipped(0, events("spoilt", 5));
    await spoilLog(topic, 0, (log) => {
      const second = batchesOf(log)[1];
      second?.fill(0xff, BATCH_HEAD_BYTES + 4, BATCH_HEAD_BYTES + 40);
      // Its checksum is right, so that it is the codec that fails.
      signAgain(log);
    });
    await ground.send("app", "canonical", events("after", 2), { partition: 0 });
    await ground.send("app", "canonical", events("beside", 4), { partition: 1 });
    ingest = await ingestOn(ground);
    await expect.poll(calls, { timeout: 20_000 }).toBe(3 + 4);
    await expect.poll(() => reasons().length, { timeout: 10_000 }).toBe(1);
    expect(reasons()[0]).toEqual([`${topic}/0`, expect.stringContaining(`Offsets 3 to 7 of ${topic}/0`)]);
    expect(reasons()[0]?.[1]).toContain(
      `spendtrail ingest skip --topic ${topic} --partition 0 --from 3 --to 7`,
    );
    // More for the other partition, while this one stands.
    await ground.send("app", "canonical", events("beside-too", 1), { partition: 1 });
    await expect.poll(calls, { timeout: 10_000 }).toBe(3 + 5);
    expect((await committed(ground)).offset).toBe("3");

    const run = await skip(ground, { partition: 0, from: 3n, to: 7n });
    expect(run).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ declared: true, from_offset: "3", to_offset: "7" });
    await expect.poll(calls, { timeout: 15_000 }).toBe(3 + 5 + 2);
    await expect.poll(() => reasons().length, { timeout: 10_000 }).toBe(0);
    await expect.poll(gaps, { timeout: 10_000 }).toEqual([
      {
        id: `${topic}/0/3-7`,
        actor: "command line",
        reason: "the disk of broker 2, ticket 71",
        outcome: "applied",
      },
    ]);
    const again = await skip(ground, { partition: 0, from: 3n, to: 7n });
    expect(JSON.parse(again.stdout)).toMatchObject({ declared: false });
    expect(await gaps()).toHaveLength(1);
  }, 90_000);

  test("a bomb is one of them; a gap that is too wide loses nothing that can be read", async () => {
    const before = await calls();
    await ground.send("app", "canonical", events("before-the-bomb", 2), { partition: 2 });
    await sendGzipped(2, [Buffer.alloc(70 * MIB)]);
    await ground.send("app", "canonical", events("after-the-bomb", 3), { partition: 2 });
    ingest ??= await ingestOn(ground);
    await expect.poll(() => reasons().length, { timeout: 20_000 }).toBe(1);
    expect(reasons()[0]?.[1]).toContain("--from 2 --to 2");
    const run = await skip(ground, { partition: 2, from: 0n, to: 4n });
    expect(run).toMatchObject({ code: 0 });
    await expect.poll(calls, { timeout: 15_000 }).toBe(before + 5);
  }, 60_000);

  test("a digit that a disk turned is never taken for what was sent", async () => {
    const before = await sums(ground);
    const place = BigInt((await committed(ground, 1)).offset);
    await ground.send("app", "canonical", events("turned", 2), { partition: 1 });
    // Before anybody reads it: this ingester is at work, so it is stopped for the moment.
    await ingest?.close();
    await ground.send("app", "canonical", events("turned-not-yet", 1), { partition: 1 });
    await spoilLog(ground.topics.records, 1, (log) => {
      const last = batchesOf(log).at(-1);
      last?.write('"input_tokens":9000', last.indexOf('"input_tokens":1000'));
    });
    ingest = await ingestOn(ground);
    await expect.poll(() => reasons().length, { timeout: 20_000 }).toBe(1);
    expect(reasons()[0]?.[1]).toContain(`--from ${place + 2n} --to ${place + 2n}`);
    expect(reasons()[0]?.[1]).toContain("checksum");
    const range = { partition: 1, from: place + 2n, to: place + 2n };
    expect(await skip(ground, range)).toMatchObject({ code: 0 });
    await expect.poll(() => reasons().length, { timeout: 10_000 }).toBe(0);
    expect(await calls()).toBe(before.calls + 2);
  }, 60_000);

  test.each([
    ["a topic that is not there", { topic: "nowhere", partition: 0, from: 1n, to: 2n }, "--topic"],
    ["a partition that is not there", { partition: 9, from: 1n, to: 2n }, "0 to 2"],
    ["an end before the beginning", { partition: 0, from: 5n, to: 2n }, "5 or more"],
    ["no offset", { partition: 0, from: "five", to: 9n }, "an offset in digits"],
  ])("%s is refused, and nothing is put on record", async (_what, range, hint) => {
    const before = ground.settings.state().gaps.size;
    const run = await skip(ground, range);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(JSON.parse(run.stderr).error.message).toContain(hint);
    expect(ground.settings.state().gaps.size).toBe(before);
  });
});

test("an unfinished batch whose records retention took stands until it is given up", async () => {
  await ingest?.close();
  ingest = null;
  const before = await calls();
  const place = await committed(ground, 1);
  await ground.send("app", "canonical", events("unfinished", 6), { partition: 1 });
  await runChild(ground, { dieBefore: "events_v1" });
  const intent = JSON.parse((await committed(ground, 1)).metadata);
  expect(intent).toMatchObject({ f: place.offset, n: 6 });
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  // kafkajs deletes only in topics that it was asked about before.
  await admin.fetchTopicOffsets(ground.topics.records);
  await admin.deleteTopicRecords({
    topic: ground.topics.records,
    partitions: [{ partition: 1, offset: String(BigInt(intent.f) + 4n) }],
  });
  await admin.disconnect();
  await ground.send("app", "canonical", events("later", 1), { partition: 1 });
  ingest = await ingestOn(ground);
  await expect.poll(() => reasons().length, { timeout: 30_000 }).toBe(1);
  expect(reasons()[0]?.[1]).toContain(`--from ${intent.f} --to ${intent.l}`);
  expect(await calls()).toBe(before);
  expect(await skip(ground, { partition: 1, from: intent.f, to: intent.l })).toMatchObject({ code: 0 });
  // The two of the batch that are still there, and what came later.
  await expect.poll(calls, { timeout: 15_000 }).toBe(before + 3);
  expect(reasons()).toEqual([]);
}, 90_000);
