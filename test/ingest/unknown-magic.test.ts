import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ingest } from "#ingest/start.ts";
import { skip } from "#test/ingest/skip.ts";
import { spoilLog } from "#test/ingest/spoil-log.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";
import { batchesOf } from "#test/support/record-batch.ts";

/** Where a batch says its format's version (Apache Kafka, "Record Batch"). */
const MAGIC_AT = 16;

let ground: Ground;
let ingest: Ingest;
beforeAll(async () => {
  ground = await makeGround({ partitions: 3 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(async () => {
  await ingest.close();
  await ground.close();
});

describe("a batch of a format that nobody knows", () => {
  test("stops its partition with its offset, wherever in it the batch lies; the others go on", async () => {
    const topic = ground.topics.records;
    const send = (partition: number, id: string) =>
      ground.send("app", "canonical", [canonicalEvent(id)], { partition });
    for (const partition of [0, 1])
      for (const id of ["a", "b", "c"]) await send(partition, `${id}-${partition}`);
    // Of one partition the first batch, of the other the one in the middle.
    for (const [partition, which, magic] of [
      [0, 0, 9],
      [1, 1, 1],
    ] as const)
      await spoilLog(topic, partition, (log) => batchesOf(log)[which]?.writeInt8(magic, MAGIC_AT));
    await send(2, "beside");
    ingest = await ingestOn(ground);
    await expect
      .poll(() => [...ingest.stopped().keys()].sort(), { timeout: 20_000 })
      .toEqual([`${topic}/0`, `${topic}/1`]);
    await expect.poll(() => sums(ground).then(({ calls }) => calls), { timeout: 10_000 }).toBe(2);
    expect(ingest.stopped().get(`${topic}/0`)).toContain("--from 0 --to 0");
    expect(ingest.stopped().get(`${topic}/1`)).toContain("--from 1 --to 1");
    for (const [partition, offset] of [
      [0, 0n],
      [1, 1n],
    ] as const)
      expect(await skip(ground, { partition, from: offset, to: offset })).toMatchObject({ code: 0 });
    await expect.poll(() => sums(ground).then(({ calls }) => calls), { timeout: 15_000 }).toBe(6 - 1);
    expect(ingest.stopped().size).toBe(0);
  }, 90_000);
});
