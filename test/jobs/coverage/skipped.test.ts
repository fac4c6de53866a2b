import { afterAll, beforeAll, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
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

async function withAdmin<Value>(
  act: (admin: ReturnType<ReturnType<typeof createKafka>["admin"]>) => Promise<Value>,
): Promise<Value> {
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}
const moveGroupTo = (offset: number) =>
  withAdmin((admin) =>
    admin.setOffsets({
      groupId: `${ground.database}-ingest`,
      topic: ground.topics.records,
      partitions: [{ partition: 0, offset: String(offset) }],
    }),
  );
const send = (prefix: string, count: number) =>
  ground.send(
    "app",
    "canonical",
    Array.from({ length: count }, (_, n) => canonicalEvent(`${prefix}-${n}`)),
  );
async function ingestUntil(total: number): Promise<void> {
  const ingest = await ingestOn(ground);
  try {
    await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(total);
  } finally {
    await ingest.close();
  }
}

test("records that a moved group went past are named, and resolved once it was moved back", async () => {
  await send("first", 10);
  await moveGroupTo(4);
  await ingestUntil(6);
  expect((await check(ground)).offsets).toEqual(["0:0-3 skipped"]);
  await moveGroupTo(0);
  await ingestUntil(10);
  const { offsets, states } = await check(ground);
  expect(offsets).toEqual([]);
  expect(states).toMatchObject([{ through: 9n, records: 10n, accepted: 10n }]);
}, 90_000);

/** As an ingester would have that does not see that the topic is another; ours does, so its rows are made here. */
async function pretendIngested(from: number, to: number, appendMs: number): Promise<void> {
  const time = `fromUnixTimestamp64Milli(toInt64(${appendMs}), 'UTC')`;
  const count = `toUInt32(${to - from + 1})`;
  await ground.clickhouse.command(
    `INSERT INTO records_v1 SELECT * REPLACE (offset + ${from} AS offset, ${time} AS append_time)
     FROM (SELECT * FROM records_v1 WHERE offset <= ${to - from} AND append_time < ${time})`,
  );
  await ground.clickhouse.command(
    `INSERT INTO batches_v1 SELECT * REPLACE (
       toUInt64(${from}) AS first_offset, toUInt64(${to}) AS last_offset, ${time} AS first_append_time,
       ${time} AS last_append_time, ${count} AS records, ${count} AS elements, ${count} AS accepted,
       now64(3) AS ingested_at)
     FROM (SELECT * FROM batches_v1 WHERE first_append_time < ${time} LIMIT 1)`,
  );
}

test("a topic that was made anew and has grown past the group's place is not taken for the old one", async () => {
  const { records: topic } = ground.topics;
  await withAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await expect
      .poll(async () => (await admin.listTopics()).includes(topic), { timeout: 20_000 })
      .toBe(false);
  });
  const made = { create: true, replicationFactor: 1, log: silent };
  await inspectTopics(ground.kafka, ourTopics(ground.topics, 1, 1), made);
  await send("anew", 14);
  const fetcher = createPartitionFetcher(ground.kafka, { topic, partition: 0 }, silent);
  const { places } = await fetcher.look(13n);
  await fetcher.close();
  const appendMs = places[0]?.appendTimeMs ?? 0;
  await pretendIngested(10, 13, appendMs);
  const { offsets, states } = await check(ground);
  expect(offsets).toEqual(["0:0-9 skipped"]);
  expect(states).toMatchObject([
    { lifeMs: 0, records: 10n },
    { records: 4n, through: 13n },
  ]);
  await pretendIngested(0, 9, appendMs);
  const after = await check(ground);
  expect(after.offsets).toEqual([]);
  expect(after.states).toMatchObject([
    { lifeMs: 0, records: 10n },
    { records: 14n, accepted: 14n },
  ]);
}, 90_000);
