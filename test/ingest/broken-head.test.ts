import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ingest } from "#ingest/start.ts";
import { skip } from "#test/ingest/skip.ts";
import { spoilLog } from "#test/ingest/spoil-log.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";
import { batchesOf } from "#test/support/record-batch.ts";

/** Where things are in a batch's head (Apache Kafka, "Record Batch"). */
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 22;
const COUNT_AT = 57;
const change = (at: number, by: (byte: number) => number) => (batch: Buffer) =>
  void batch.writeUInt8(by(batch.readUInt8(at)), at);

/** What is spoilt, in which of a partition's three batches of two records, and how: one partition each. */
const FAULTS: readonly (readonly [what: string, batch: number, spoil: (batch: Buffer) => void])[] = [
  ["a format that nobody knows, where a fetch begins", 0, change(MAGIC_AT, () => 9)],
  ["a format that nobody knows, behind others", 1, change(MAGIC_AT, () => 9)],
  // (Where a fetch begins with it, the broker itself fails to read it and says so.)
  ["an old format, behind others", 1, change(MAGIC_AT, () => 1)],
  ["a codec that nobody knows", 1, change(ATTRIBUTES_AT, (byte) => byte | 7)],
  ["the mark of a control record", 1, change(ATTRIBUTES_AT, (byte) => byte | 0x20)],
  ["no records", 0, (batch) => void batch.writeInt32BE(0, COUNT_AT)],
  ["fewer records than none", 1, (batch) => void batch.writeInt32BE(-5, COUNT_AT)],
];
const SOUND = FAULTS.length;

let ground: Ground;
let ingest: Ingest;
beforeAll(async () => {
  ground = await makeGround({ partitions: FAULTS.length + 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(async () => {
  await ingest.close();
  await ground.close();
});

test("a batch whose head is broken stops its partition with its offsets, and the others go on", async () => {
  const topic = ground.topics.records;
  const calls = () => sums(ground).then((all) => all.calls);
  const send = (partition: number, batch: number) =>
    ground.send(
      "app",
      "canonical",
      [0, 1].map((at) => canonicalEvent(`${partition}-${batch}-${at}`)),
      { partition },
    );
  for (const batch of [0, 1, 2])
    for (let partition = 0; partition <= SOUND; partition++) await send(partition, batch);
  for (const [partition, [, which, spoil]] of FAULTS.entries())
    await spoilLog(topic, partition, (log) => {
      const batch = batchesOf(log)[which];
      if (batch === undefined) throw new Error("three batches were sent");
      spoil(batch);
    });
  ingest = await ingestOn(ground);
  const stopped = () =>
    FAULTS.map(([what], at) => [what, ingest.stopped().get(`${topic}/${at}`) ?? "goes on"]);
  await expect
    .poll(stopped, { timeout: 20_000 })
    .toEqual(
      FAULTS.map(([what, which]) => [
        what,
        expect.stringContaining(`--from ${2 * which} --to ${2 * which + 1}`),
      ]),
    );
  // Everything before the broken ones, and all of the partition that is sound.
  const before = FAULTS.reduce((sum, [, which]) => sum + 2 * which, 0);
  await expect.poll(calls, { timeout: 10_000 }).toBe(before + 6);
  for (const [partition, [, which]] of FAULTS.entries()) {
    const range = { partition, from: BigInt(2 * which), to: BigInt(2 * which + 1) };
    expect(await skip(ground, range)).toMatchObject({ code: 0 });
  }
  await expect.poll(calls, { timeout: 30_000 }).toBe(FAULTS.length * 4 + 6);
  expect(ingest.stopped().size).toBe(0);
}, 120_000);
