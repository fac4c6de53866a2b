import { expect, test, vi } from "vitest";
import { failure } from "#core/failure.ts";
import { createHeldBytes } from "#ingest/held-bytes.ts";
import type { Insert } from "#runtime/clickhouse/connect.ts";
import { committed } from "#test/ingest/committed.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { ingestOn, makeGround } from "#test/support/pipeline.ts";

test("over the bound nobody has room, and everybody is told when there is some again", async () => {
  const memory = createHeldBytes(100);
  const [first, second] = [vi.fn(), vi.fn()];
  const [a, b] = [memory.join(first), memory.join(second)];
  a.set(60, false);
  b.set(40, false);
  expect([a.hasRoom(), b.hasRoom(), memory.total()]).toEqual([false, false, 100]);
  await vi.waitFor(() => expect([first, second].map((told) => told.mock.calls.length)).toEqual([1, 1]));
  a.set(0, false);
  expect([a.hasRoom(), b.hasRoom()]).toEqual([true, true]);
  await vi.waitFor(() => expect(second).toHaveBeenCalledTimes(2));
});

test("of those that need more before they can give anything back, one at a time goes on", async () => {
  const memory = createHeldBytes(100);
  const told = vi.fn();
  const [a, b, c] = [memory.join(() => {}), memory.join(told), memory.join(() => {})];
  a.set(60, true);
  b.set(60, true);
  c.set(10, false);
  expect([a, b, c].map((holding) => holding.hasRoom())).toEqual([true, false, false]);
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
  a.set(100, false);
  expect([a, b, c].map((holding) => holding.hasRoom())).toEqual([false, true, false]);
  await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(2));
});

test("who has left holds nothing, whatever it says afterwards", () => {
  const memory = createHeldBytes(100);
  const a = memory.join(() => {});
  a.set(500, true);
  a.leave();
  a.set(700, false);
  a.leave();
  expect(memory.total()).toBe(0);
});

test("twelve partitions come through a bound of less than two batches, each with an unfinished one", async () => {
  const ground = await makeGround({ partitions: 12 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  // 400 KB a partition, in batches of 160 KB.
  const events = Array.from({ length: 600 }, (_, at) => canonicalEvent(`held-${at}`) + " ".repeat(8_000));
  for (let partition = 0; partition < 12; partition += 1)
    await ground.send("app", "canonical", events.slice(partition * 50, partition * 50 + 50), { partition });
  const limits = { batchRowsMax: 20, batchBytesMax: 4_000_000, batchAgeMs: 100 };
  // The first one saves an intent in each partition, and no row gets in.
  const insert = async (given: Insert) => {
    if (given.table !== "events_v1") return ground.clickhouse.insert(given);
    throw failure("CLICKHOUSE_REFUSED", { query: "test", code: "0", reason: "not today" });
  };
  const refused = await ingestOn(ground, { limits, clickhouse: { ...ground.clickhouse, insert } });
  const intents = async () => {
    const places = Array.from({ length: 12 }, (_, partition) => committed(ground, partition));
    return (await Promise.all(places)).filter(({ metadata }) => metadata !== "").length;
  };
  await expect.poll(intents, { timeout: 30_000 }).toBe(12);
  await refused.close();
  const ingest = await ingestOn(ground, { limits, guards: { heldBytesMax: 200_000 } });
  await expect.poll(() => sums(ground).then(({ calls }) => calls), { timeout: 60_000 }).toBe(600);
  expect(await sums(ground)).toMatchObject({ record_rows: 600, positions: 600, event_rows: 600 });
  expect(ingest.notReady()).toEqual([]);
  await ingest.close();
  await ground.close();
}, 120_000);
