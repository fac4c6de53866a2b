import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { settingOf } from "#runtime/config/schema.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

/** What the programs use when nobody says otherwise. */
const fallback = (name: Parameters<typeof settingOf>[0]) => Number(settingOf(name).fallback);
const LIMITS = {
  batchRowsMax: fallback("SPENDTRAIL_BATCH_ROWS_MAX"),
  batchBytesMax: fallback("SPENDTRAIL_BATCH_BYTES_MAX"),
  batchAgeMs: fallback("SPENDTRAIL_BATCH_AGE_MS"),
};
const PARTITIONS = fallback("SPENDTRAIL_TOPIC_PARTITIONS");
const PARTS_MAX = 100;

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: PARTITIONS });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(() => ground.close());

/** The most active parts that one table partition has now. */
async function partsNow(): Promise<number> {
  const [row] = await ground.clickhouse.query({
    name: "parts",
    sql: `SELECT max(parts) AS parts FROM (
            SELECT table, partition, count() AS parts FROM system.parts
            WHERE active AND database = currentDatabase() GROUP BY table, partition)`,
    row: z.object({ parts: z.coerce.number() }),
  });
  return row?.parts ?? 0;
}

const calls = () => sums(ground).then((all) => all.calls);

describe(`active parts of a table partition stay under ${PARTS_MAX}`, () => {
  test("on a quiet topic, where every batch is a few records, ten times as often as by default", async () => {
    const ingest = await ingestOn(ground, { limits: { ...LIMITS, batchAgeMs: LIMITS.batchAgeMs / 10 } });
    const before = await calls();
    const seen: number[] = [];
    const rounds = 30;
    for (let round = 0; round < rounds; round++) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const value = canonicalEvent(`quiet-${round}-${partition}`);
        await ground.send("app", "canonical", [value], { partition });
      }
      // Until these are written: each round is a batch of its own in each partition.
      await expect.poll(calls, { timeout: 20_000, interval: 20 }).toBe(before + (round + 1) * PARTITIONS);
      seen.push(await partsNow());
    }
    await ingest.close();
    expect((await sums(ground)).batch_rows).toBeGreaterThanOrEqual(rounds * PARTITIONS * 0.9);
    expect(Math.max(...seen)).toBeLessThan(PARTS_MAX);
  }, 120_000);

  test("on a busy topic, with the limits by default", async () => {
    const before = await calls();
    const rounds = 40;
    const eventsARound = 500;
    const ingest = await ingestOn(ground, { limits: LIMITS });
    const seen: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const names = Array.from({ length: eventsARound }, (_, at) => `busy-${round}-${at}`);
      await ground.send(
        "app",
        "canonical",
        names.map((name) => canonicalEvent(name)),
      );
      seen.push(await partsNow());
    }
    await expect
      .poll(
        async () => {
          seen.push(await partsNow());
          return calls();
        },
        { timeout: 60_000 },
      )
      .toBe(before + rounds * eventsARound);
    await ingest.close();
    expect(Math.max(...seen)).toBeLessThan(PARTS_MAX);
  }, 120_000);
});
