import { afterAll, beforeAll, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { sums } from "#test/ingest/sums.ts";
import { check } from "#test/jobs/coverage/coverage-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(() => ground.close());

async function ingestThese(names: readonly string[], total: number) {
  await ground.send(
    "app",
    "canonical",
    names.map((name) => canonicalEvent(name)),
  );
  const ingest = await ingestOn(ground);
  try {
    await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(total);
  } finally {
    await ingest.close();
  }
}

async function makeAnew() {
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [ground.topics.records] });
  await expect.poll(async () => (await admin.listTopics()).includes(ground.topics.records)).toBe(false);
  await admin.disconnect();
  const specs = ourTopics(ground.topics, 1, 1);
  await inspectTopics(ground.kafka, specs, { create: true, replicationFactor: 1, log: silent });
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

test("a topic that was deleted and made anew is two lives, each whole", async () => {
  await ingestThese(names("first", 8), 8);
  expect((await check(ground)).states).toMatchObject([{ lifeMs: 0, records: 8n, through: 7n }]);
  await makeAnew();
  // Between two lives Kafka holds less than was ingested: nothing of it is missing.
  expect((await check(ground)).offsets).toEqual([]);
  await ingestThese(names("second", 5), 13);
  const { offsets, states } = await check(ground);
  expect(offsets).toEqual([]);
  expect(states).toMatchObject([
    { lifeMs: 0, records: 8n, through: 7n },
    { records: 5n, through: 4n },
  ]);
  expect(states[1]?.lifeMs).toBeGreaterThan(states[0]?.lastAppendMs ?? 0);
}, 90_000);

test("rows that are gone from the store are named by the batch that had them", async () => {
  const { states } = await check(ground);
  await ground.clickhouse.command(
    `ALTER TABLE records_v1 DELETE WHERE offset IN (2, 3) AND append_time >= fromUnixTimestamp64Milli(${states[1]?.lifeMs})`,
    { settings: { mutations_sync: "2" } },
  );
  await ground.clickhouse.command("TRUNCATE TABLE coverage_v1");
  const { offsets, missing } = await check(ground);
  expect(offsets).toEqual(["0:2-3 unstored"]);
  expect(missing).toBe(2);
  expect((await check(ground)).offsets).toEqual(offsets);
}, 90_000);
