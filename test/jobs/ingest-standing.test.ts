import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIngestStanding } from "#jobs/ingest-standing/ingest-standing.ts";
import { type EndSeen, passedLooks } from "#jobs/ingest-standing/passed-looks.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { committed } from "#test/ingest/committed.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

const MS = 90_000;
let ground: Ground;
beforeEach(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  return () => ground.close();
});
let ingest: Awaited<ReturnType<typeof ingestOn>> | null = null;
afterEach(async () => {
  await ingest?.close();
  ingest = null;
});

const send = (...ids: string[]) =>
  ground.send(
    "app",
    "canonical",
    ids.map((id) => canonicalEvent(id)),
  );
async function ingestUntil(records: number): Promise<void> {
  ingest = await ingestOn(ground);
  await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(records);
  await ingest.close();
  ingest = null;
}
/** A look of a process of its own, or of one that goes on. */
function watcher() {
  const { kafka, clickhouse, settings, topics } = ground;
  const deps = { kafka, clickhouse, settings, recordsTopic: topics.records, log: silent };
  let at = new Date(0);
  const standing = createIngestStanding({ ...deps, clock: () => at });
  return async () => {
    at = new Date();
    const found = await standing.look();
    return { ...found, isNow: found.dataUntilMs === at.getTime(), atMs: at.getTime() };
  };
}

describe("how far everything is counted", () => {
  test(
    "is the time of the look where nothing is behind, and that of the last such look where something is",
    async () => {
      const look = watcher();
      const empty = await look();
      expect(empty).toMatchObject({ behindRecords: 0n, isNow: true });
      await send("a", "b", "c");
      expect(await look()).toMatchObject({ behindRecords: 3n, dataUntilMs: empty.atMs });
      await send("d");
      const behind = await look();
      expect(behind).toMatchObject({ behindRecords: 4n, dataUntilMs: empty.atMs });
      await ingestUntil(4);
      expect(await look()).toMatchObject({ behindRecords: 0n, isNow: true });
      await send("e");
      // Who has no memory says what the last batch says.
      const fresh = await watcher()();
      expect(fresh).toMatchObject({ behindRecords: 1n, isNow: false });
      expect(fresh.dataUntilMs).toBeGreaterThan(empty.atMs - 1000);
      expect(fresh.topics).toMatchObject([{ topic: ground.topics.records, behindRecords: 1n }]);
    },
    MS,
  );

  test(
    "markers of transactions and what was aborted keep nothing behind",
    async () => {
      const { records: topic } = ground.topics;
      const producer = createKafka(ground.kafka, silent).producer({
        transactionalId: `${ground.database}-tx`,
        ...{ idempotent: true, maxInFlightRequests: 1 },
      });
      await producer.connect();
      const headers = { "spendtrail-source": "app", "spendtrail-gateway": "canonical" };
      const kept = await producer.transaction();
      await kept.send({ topic, messages: [{ value: canonicalEvent("kept"), headers }] });
      await kept.commit();
      const lost = await producer.transaction();
      await lost.send({ topic, messages: [{ value: canonicalEvent("lost"), headers }] });
      await lost.abort();
      await producer.disconnect();
      ingest = await ingestOn(ground);
      await expect.poll(async () => Number((await committed(ground)).offset), { timeout: 20_000 }).toBe(4);
      const look = watcher();
      expect((await look()).behindRecords).toBe(3n);
      // The second look at the same place asks what is there.
      expect(await look()).toMatchObject({ behindRecords: 0n, isNow: true });
      expect(await look()).toMatchObject({ behindRecords: 0n, isNow: true });
    },
    MS,
  );

  test(
    "a topic that was made anew begins anew, though its offsets were all counted once",
    async () => {
      await send("a", "b", "c");
      await ingestUntil(3);
      const look = watcher();
      expect(await look()).toMatchObject({ behindRecords: 0n });
      const admin = createKafka(ground.kafka, silent).admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [ground.topics.records] });
      await expect.poll(async () => (await admin.listTopics()).includes(ground.topics.records)).toBe(false);
      await admin.disconnect();
      const specs = ourTopics(ground.topics, 1, 1);
      await inspectTopics(ground.kafka, specs, { create: true, replicationFactor: 1, log: silent });
      await send("d", "e");
      expect(await look()).toMatchObject({ behindRecords: 2n, isNow: false });
      await ingestUntil(5);
      await look();
      expect(await look()).toMatchObject({ behindRecords: 0n, isNow: true });
    },
    MS,
  );

  test(
    "what an operator gave up is behind no more",
    async () => {
      await send("a");
      const look = watcher();
      expect((await look()).behindRecords).toBe(1n);
      const { settings } = ground;
      const state = () => {
        const id = `${ground.topics.records}/0/0-0`;
        const gap = { id, topic: ground.topics.records, partition: 0, from_offset: "0", to_offset: "0" };
        return { ...settings.state(), gaps: new Map([[id, { version: 1, offset: 0n, value: gap }]]) };
      };
      const standing = createIngestStanding({
        ...{ kafka: ground.kafka, clickhouse: ground.clickhouse, settings: { state }, log: silent },
        ...{ recordsTopic: ground.topics.records, clock: () => new Date() },
      });
      expect((await standing.look()).behindRecords).toBe(0n);
    },
    MS,
  );
});

describe("looks that are passed", () => {
  test("tell the newest whose end is counted, and are not kept without end", () => {
    let looks: readonly EndSeen[] = [];
    for (let n = 1; n <= 5000; n += 1) {
      const passed = passedLooks(looks, { atMs: n, end: BigInt(n) }, 10n);
      looks = passed.looks;
      expect(passed.untilMs).toBe(Math.min(n, 10));
    }
    expect(looks.length).toBeLessThan(1500);
    const { untilMs } = passedLooks(looks, { atMs: 6000, end: 5000n }, 4000n);
    expect(untilMs).toBeGreaterThan(3900);
    expect(untilMs).toBeLessThanOrEqual(4000);
    expect(passedLooks(looks, { atMs: 6000, end: 5000n }, 5000n)).toEqual({
      ...{ untilMs: 6000, looks: [{ atMs: 6000, end: 5000n }] },
    });
  });
});
