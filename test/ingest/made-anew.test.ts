import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { lastIngested } from "#ingest/made-anew.ts";
import { watchMadeAnew } from "#ingest/watch-made-anew.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
beforeEach(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterEach(() => ground.close());

const send = (name: string, count: number) =>
  ground.send(
    "app",
    "canonical",
    Array.from({ length: count }, (_, at) => canonicalEvent(`${name}-${at}`)),
  );
const calls = () => sums(ground).then((all) => all.calls);

/** Deletes the records topic and makes it again; resolves when it is there and empty. */
async function makeTopicAnew(): Promise<void> {
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [ground.topics.records] });
  await admin.disconnect();
  const specs = ourTopics(ground.topics, 1, 1).filter(({ topic }) => topic === ground.topics.records);
  const made = { create: true, replicationFactor: 1, log: silent };
  await expect
    .poll(() => inspectTopics(ground.kafka, specs, made).then(([report]) => report?.partitions), {
      timeout: 20_000,
    })
    .toBe(1);
}

/** Puts the group where it stood, as on a broker that keeps a group's place when its topic goes. */
async function placeGroup(offset: string): Promise<void> {
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  const partitions = [{ partition: 0, offset }];
  await admin.setOffsets({ groupId: `${ground.database}-ingest`, topic: ground.topics.records, partitions });
  await admin.disconnect();
}

test("a topic that was made anew and has grown past the group's place is read from its first record", async () => {
  const first = await ingestOn(ground);
  await send("old", 30);
  await expect.poll(calls, { timeout: 20_000 }).toBe(30);
  await first.close();
  await makeTopicAnew();
  await placeGroup("30");
  await send("new", 50);
  const ingest = await ingestOn(ground);
  await expect.poll(calls, { timeout: 30_000 }).toBe(80);
  expect(await sums(ground)).toMatchObject({ record_rows: 80, positions: 80 });
  await ingest.close();
}, 90_000);

test("one that has grown exactly to the group's place, too", async () => {
  const first = await ingestOn(ground);
  await send("old", 30);
  await expect.poll(calls, { timeout: 20_000 }).toBe(30);
  await first.close();
  await makeTopicAnew();
  await placeGroup("30");
  await send("new", 30);
  const ingest = await ingestOn(ground);
  await expect.poll(calls, { timeout: 30_000 }).toBe(60);
  await ingest.close();
}, 90_000);

test("under a worker that noticed nothing it is found, and before that nothing is", async () => {
  const { topics, kafka, clickhouse } = ground;
  const first = await ingestOn(ground);
  await send("old", 30);
  await expect.poll(calls, { timeout: 20_000 }).toBe(30);
  await first.close();
  const at = { topic: topics.records, partition: 0 };
  const done = await lastIngested(clickhouse, { ...at, before: 30n });
  expect(done).toMatchObject({ offset: 29n });
  let looks = 0;
  const whys: string[] = [];
  const worker = {
    at,
    done: () => {
      looks += 1;
      return done;
    },
    beginAnew: (why: string) => void whys.push(why),
  };
  const watching = watchMadeAnew({ kafka, clickhouse, log: silent }, () => [worker], 50);
  onTestFinished(() => watching.stop());
  await send("more", 5);
  const before = looks;
  await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(before + 5);
  expect(whys).toEqual([]);
  await makeTopicAnew();
  await send("new", 30);
  await expect.poll(() => whys.length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect(whys[0]).toContain("made anew");
}, 90_000);

test("a place behind what retention left, or in the same topic, is no new topic", async () => {
  const first = await ingestOn(ground);
  await send("old", 30);
  await expect.poll(calls, { timeout: 20_000 }).toBe(30);
  await first.close();
  await send("more", 5);
  const again = await ingestOn(ground);
  await expect.poll(calls, { timeout: 20_000 }).toBe(35);
  expect((await sums(ground)).batch_rows).toBe((await sums(ground)).ranges);
  await again.close();
}, 60_000);

test("a topic that is made anew under a running ingester loses none of its records, in this run or the next", async () => {
  const crashes: Error[] = [];
  const crashed = (error: Error) => crashes.push(error);
  const running = await ingestOn(ground, { crashed });
  await send("old", 30);
  await expect.poll(calls, { timeout: 20_000 }).toBe(30);
  await makeTopicAnew();
  await send("new", 20);
  // It may go on by itself or end for its supervisor, who starts it again.
  await expect.poll(async () => crashes.length > 0 || (await calls()) === 50, { timeout: 60_000 }).toBe(true);
  await running.close();
  const next = await ingestOn(ground);
  await expect.poll(calls, { timeout: 30_000 }).toBe(50);
  expect(await sums(ground)).toMatchObject({ record_rows: 50, positions: 50 });
  await next.close();
}, 150_000);
