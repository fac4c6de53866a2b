import { afterAll, beforeAll, expect, test } from "vitest";
import { sums } from "#test/ingest/sums.ts";
import { check } from "#test/jobs/coverage/coverage-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(() => ground.close());

async function ingestThese(ids: readonly string[], total: number): Promise<void> {
  await ground.send(
    "app",
    "canonical",
    ids.map((id) => canonicalEvent(id)),
  );
  const ingest = await ingestOn(ground);
  await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(total);
  await ingest.close();
}

test("rows that no batch speaks of are named as such, and fine once a batch does", async () => {
  await ingestThese(["a", "b", "c"], 3);
  await ingestThese(["d", "e"], 5);
  await ground.clickhouse.command("CREATE TABLE kept ENGINE = Memory AS SELECT * FROM batches_v1");
  await ground.clickhouse.command("ALTER TABLE batches_v1 DELETE WHERE first_offset = 0", {
    settings: { mutations_sync: "2" },
  });
  expect((await check(ground)).offsets).toEqual(["0:0-2 unlisted"]);
  await ground.clickhouse.command("INSERT INTO batches_v1 SELECT * FROM kept WHERE first_offset = 0");
  const { offsets, states } = await check(ground);
  expect(offsets).toEqual([]);
  expect(states).toMatchObject([{ records: 5n, accepted: 5n, through: 4n }]);
}, 60_000);
