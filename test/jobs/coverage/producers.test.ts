import { afterAll, beforeAll, expect, test } from "vitest";
import { sums } from "#test/ingest/sums.ts";
import { check } from "#test/jobs/coverage/coverage-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
let ingest: Awaited<ReturnType<typeof ingestOn>>;
let sent = 0;
beforeAll(async () => {
  ground = await makeGround({ partitions: 3, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  ingest = await ingestOn(ground);
});
afterAll(async () => {
  await ingest.close();
  await ground.close();
});

/** Records of one run of a producer, over all partitions, ingested. */
async function produce(producer: string, numbers: readonly number[], more: Record<string, string> = {}) {
  await ground.producer.send(
    ground.topics.records,
    numbers.map((number) => ({
      key: Buffer.from(`session-${number}`),
      value: Buffer.from(canonicalEvent(`${producer}-${number}`)),
      headers: {
        ...{ "spendtrail-source": "app", "spendtrail-gateway": "canonical", ...more },
        ...{ "spendtrail-seq-producer": producer, "spendtrail-seq": String(number) },
      },
    })),
  );
  sent += numbers.length;
  await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(sent);
}

test("a producer that skips 5 to 7 is named with source and time; what comes late after all is no gap any more", async () => {
  const beforeMs = Date.now();
  await produce("skips", [1, 2, 3, 4]);
  await produce("skips", [8, 9]);
  const { numbers, gaps, missing } = await check(ground);
  expect(numbers).toEqual(["app/skips:5-7 missing"]);
  expect(missing).toBe(3);
  expect(gaps.numbers[0]?.afterMs).toBeGreaterThan(beforeMs - 1_000);
  expect(gaps.numbers[0]?.beforeMs).toBeLessThan(Date.now() + 1_000);

  await produce("skips", [6]);
  expect((await check(ground)).numbers).toEqual(["app/skips:5-5 missing", "app/skips:7-7 missing"]);
  await produce("skips", [5, 7]);
  expect((await check(ground)).numbers).toEqual([]);
}, 60_000);

test("repeats, numbers over all partitions and another run that begins at 1 are no gaps", async () => {
  await produce("whole", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await produce("whole", [3, 4, 5, 11, 12]);
  await produce("next-run", [1, 2]);
  expect((await check(ground)).numbers).toEqual([]);
}, 60_000);

test("what was taken back is no gap, also when it is told after the hole was named", async () => {
  await produce("refused", [1, 4]);
  expect((await check(ground)).numbers).toEqual(["app/refused:2-3 missing"]);
  await produce("refused", [5], { "spendtrail-seq-void": "2-3" });
  expect((await check(ground)).numbers).toEqual([]);
}, 60_000);

test("a source that nobody knows is named all the same, and a hole that is young is not yet a gap", async () => {
  await produce("stranger", [2], { "spendtrail-source": "unknown" });
  expect((await check(ground, { graceMs: 600_000 })).numbers).toEqual([]);
  expect((await check(ground)).numbers).toEqual(["unknown/stranger:1-1 missing"]);
}, 60_000);

test("a number is called missing only where the store has none, whatever a checker beside this one has written", async () => {
  await produce("raced", [1, 2, 3, 4]);
  await check(ground);
  // As of a checker that had seen less of one partition and wrote later.
  await ground.clickhouse.command(
    `INSERT INTO coverage_v1 SELECT * REPLACE ([(2, 3, toInt64(1), toInt64(2))] AS holes, checked_at + 1 AS checked_at)
     FROM coverage_v1 WHERE subject = 'producer' AND producer = 'raced'`,
  );
  expect((await check(ground)).numbers.filter((gap) => gap.includes("raced"))).toEqual([]);
}, 60_000);
