import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { committed } from "#test/ingest/committed.ts";
import { spoilLog } from "#test/ingest/spoil-log.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";
import { signAgain } from "#test/support/record-batch.ts";

let ground: Ground;
let ingest: Awaited<ReturnType<typeof ingestOn>> | null = null;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterEach(() => stop());
afterAll(() => ground.close());

async function stop(): Promise<void> {
  await ingest?.close();
  ingest = null;
}
const send = (names: readonly string[]) =>
  ground.send(
    "app",
    "canonical",
    names.map((name) => canonicalEvent(name)),
  );
const sendMegabyte = (name: string) =>
  ground.send(
    "app",
    "canonical",
    Array.from({ length: 10 }, (_, at) =>
      canonicalEvent(`${name}-${at}`, {}, { pad: randomBytes(50_000).toString("hex") }),
    ),
  );
const place = () => committed(ground).then(({ offset }) => offset);

async function withAdmin(
  act: (admin: ReturnType<ReturnType<typeof createKafka>["admin"]>) => Promise<unknown>,
): Promise<void> {
  const admin = createKafka(ground.kafka, silent).admin();
  await admin.connect();
  try {
    await act(admin);
  } finally {
    await admin.disconnect();
  }
}
const resetTo = (offset: string) =>
  withAdmin((admin) =>
    admin.setOffsets({
      groupId: `${ground.database}-ingest`,
      topic: ground.topics.records,
      partitions: [{ partition: 0, offset }],
    }),
  );

describe("what was ingested comes again", () => {
  test("an operator's reset to the earliest changes nothing, in whatever pieces it is fetched now", async () => {
    // Pieces of 7, then of 1,000: the second time the batches would be cut elsewhere.
    const limits = { batchRowsMax: 7, batchBytesMax: 4_000_000, batchAgeMs: 100 };
    ingest = await ingestOn(ground, { limits });
    await send([...Array.from({ length: 30 }, (_, at) => `first-${at}`), "first-0"]);
    await expect.poll(place, { timeout: 20_000 }).toBe("31");
    await stop();
    const before = await sums(ground);
    expect(before).toMatchObject({ calls: 30, cost: "0.225", record_rows: 31 });

    await resetTo("0");
    await send(["second"]);
    ingest = await ingestOn(ground);
    await expect.poll(place, { timeout: 20_000 }).toBe("32");
    expect(await sums(ground)).toEqual({
      ...before,
      calls: 31,
      cost: "0.2325",
      // ClickHouse merges the call that came twice when it likes.
      event_rows: expect.any(Number),
      record_rows: 32,
      positions: 32,
      batch_rows: before.batch_rows + 1,
      ranges: before.ranges + 1,
    });
  }, 60_000);

  test("also where what was one batch is more than a batch may be now, and comes in several fetches", async () => {
    const limits = { batchRowsMax: 60, batchBytesMax: 16_000_000, batchAgeMs: 60_000 };
    ingest = await ingestOn(ground, { limits });
    const from = String(Math.max(0, Number(await place())));
    // Six times a megabyte that does not compress: a fetch brings two at most. The last record ends the batch.
    for (let at = 0; at < 6; at++) await sendMegabyte(`large-${at}`);
    await send(["after"]);
    const written = String(Number(from) + 60);
    await expect.poll(place, { timeout: 20_000 }).toBe(written);
    await stop();
    const before = await sums(ground);

    await resetTo(from);
    ingest = await ingestOn(ground, { limits: { ...limits, batchRowsMax: 3 } });
    await expect.poll(place, { timeout: 20_000 }).toBe(written);
    expect(await sums(ground)).toEqual({ ...before, event_rows: expect.any(Number) });
  }, 60_000);

  test("a reset into the middle of a batch changes nothing either", async () => {
    const before = await sums(ground);
    await resetTo("3");
    ingest = await ingestOn(ground);
    await expect.poll(place, { timeout: 20_000 }).toBe("32");
    expect(ingest.stopped()).toEqual(new Map());
    expect(await sums(ground)).toEqual({ ...before, event_rows: expect.any(Number) });
  }, 60_000);

  test("other bytes at the same offsets and times stop the partition, and nothing is written over", async () => {
    const before = await sums(ground);
    await spoilLog(ground.topics.records, 0, (log) => {
      const at = log.indexOf("first-20");
      log.write("first-XX", at);
      signAgain(log);
    });
    await resetTo("0");
    ingest = await ingestOn(ground);
    await expect.poll(() => ingest?.stopped().size, { timeout: 20_000 }).toBe(1);
    const [reason] = [...(ingest?.stopped().values() ?? [])];
    expect(reason).toMatch(/^Offsets 14 to 20 of .* hold other records than were ingested/);
    expect(await sums(ground)).toEqual({ ...before, event_rows: expect.any(Number) });
  }, 60_000);
});

test("a topic that is made anew uses the offsets again, and its records are others", async () => {
  await stop();
  const before = await sums(ground);
  await withAdmin((admin) => admin.deleteTopics({ topics: [ground.topics.records] }));
  const specs = ourTopics(ground.topics, 1, 1).filter((spec) => spec.topic === ground.topics.records);
  const made = { create: true, replicationFactor: 1, log: silent };
  await expect
    .poll(() => inspectTopics(ground.kafka, specs, made).then(([report]) => report?.partitions), {
      timeout: 20_000,
    })
    .toBe(1);
  // As on a broker that keeps a group's place when its topic goes: past the end of the new one.
  await resetTo("32");
  await send(["anew-0", "anew-1", "anew-2"]);
  ingest = await ingestOn(ground);
  await expect.poll(place, { timeout: 30_000 }).toBe("3");
  expect(await sums(ground)).toMatchObject({
    calls: before.calls + 3,
    record_rows: before.record_rows + 3,
    positions: before.positions + 3,
  });
}, 60_000);
