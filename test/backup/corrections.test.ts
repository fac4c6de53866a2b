import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { backUp, count, emptyTarget, folderStore, newFolder, picture } from "#test/backup/backup-kit.ts";
import { ingested, replay, setRate } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround();
}, 60_000);
afterAll(() => ground.close());

const TWO_HOURS_MS = 2 * 3_600_000;

test("what replays corrected comes back with what they took back, and every earlier belief", async () => {
  const store = folderStore(newFolder());
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  await setRate(ground, "acme/one", "2");
  const calls = Array.from({ length: 40 }, (_, at) =>
    canonicalEvent(`call-${at}`, {
      team: at % 3 === 0 ? "search" : "ads",
      model: at % 2 === 0 ? "acme/one" : "claude-opus-5",
    }),
  );
  await ground.send("app", "canonical", calls);
  await ingested(ground, 40);
  await setRate(ground, "acme/one", "3");
  const { figures } = await replay(ground);
  expect(figures).toMatchObject({ changed: 20, rows_stated: 20, rows_withdrawn: 20 });

  const later = new Date(Date.now() + TWO_HOURS_MS);
  const { written } = await backUp(ground, store, later);
  expect(written.length).toBeGreaterThan(1);
  const target = await emptyTarget(ground, store);
  await target.restore();
  expect(await picture(target.clickhouse)).toEqual(await picture(ground.clickhouse));
  expect(await costByEpoch(target.clickhouse)).toEqual([
    // 20 calls of 1,000 and 100 tokens at 2 and 1 USD a million, and 20 of Claude Opus at 5 and 25.
    { epoch: 0, rows: "40", cost: "0.192" },
    // 20 times 1,000 tokens at 1 USD a million more.
    { epoch: 1, rows: "40", cost: "0.02" },
  ]);
  expect(await count(target.clickhouse, "events_v1")).toBe(80);
  await target.clickhouse.close();
}, 120_000);

function costByEpoch(clickhouse: Ground["clickhouse"]) {
  return clickhouse.query({
    name: "cost_by_epoch",
    sql: `SELECT epoch, toString(count()) AS rows, toString(sum(sign * cost_usd)) AS cost
          FROM events_v1 FINAL GROUP BY epoch ORDER BY epoch`,
    row: z.object({ epoch: z.int(), rows: z.string(), cost: z.string() }),
  });
}
