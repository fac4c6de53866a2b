import kafkajs from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { committed } from "#test/ingest/committed.ts";
import { skip } from "#test/ingest/skip.ts";
import { spoilLog } from "#test/ingest/spoil-log.ts";
import { check } from "#test/jobs/coverage/coverage-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";
import { BATCH_HEAD_BYTES, batchesOf, signAgain } from "#test/support/record-batch.ts";

let ground: Ground;
let ingest: Awaited<ReturnType<typeof ingestOn>>;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(async () => {
  await ingest.close();
  await ground.close();
});

async function sendGzipped(prefix: string, count: number): Promise<void> {
  const producer = createKafka(ground.kafka, silent).producer();
  await producer.connect();
  const headers = { "spendtrail-source": "app", "spendtrail-gateway": "canonical" };
  await producer.send({
    topic: ground.topics.records,
    compression: kafkajs.CompressionTypes.GZIP,
    messages: Array.from({ length: count }, (_, n) => ({ value: canonicalEvent(`${prefix}-${n}`), headers })),
  });
  await producer.disconnect();
}

test("records that cannot be read are named while the ingester stands before them, and declared once given up", async () => {
  await sendGzipped("before", 3);
  await sendGzipped("spoilt", 5);
  await sendGzipped("after", 2);
  await spoilLog(ground.topics.records, 0, (log) => {
    batchesOf(log)[1]?.fill(0xff, BATCH_HEAD_BYTES + 4, BATCH_HEAD_BYTES + 40);
    signAgain(log);
  });
  ingest = await ingestOn(ground);
  await expect.poll(() => ingest.stopped().size, { timeout: 20_000 }).toBe(1);
  const { offsets, missing } = await check(ground);
  expect(offsets).toEqual(["0:3-7 damaged"]);
  expect(missing).toBe(5);
  expect((await check(ground)).offsets).toEqual(offsets);

  expect((await skip(ground, { partition: 0, from: 3n, to: 7n })).code).toBe(0);
  await expect.poll(async () => (await committed(ground)).offset, { timeout: 20_000 }).toBe("10");
  const after = await check(ground);
  expect(after.offsets).toEqual(["0:3-7 declared"]);
  expect(after.missing).toBe(0);
  expect(after.states).toMatchObject([{ records: 5n, through: 9n }]);
}, 90_000);
