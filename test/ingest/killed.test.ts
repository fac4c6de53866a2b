import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { planPrices } from "#core/price-import.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { priceRow } from "#test/core/price-rows.ts";
import type { ChildPlan } from "#test/ingest/child-ingester.ts";
import { committed } from "#test/ingest/committed.ts";
import { runChild } from "#test/ingest/run-child.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

const DYING: readonly (readonly [string, Pick<ChildPlan, "dieBefore" | "dieAfter">])[] = [
  ["after the intent and before any row", { dieBefore: "events_v1" }],
  ["between the events and the records", { dieAfter: "events_v1" }],
  ["between the records and the batch row", { dieAfter: "records_v1" }],
  ["between the insert and the commit", { dieAfter: "batches_v1" }],
];

describe("an ingester that is killed with -9", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await makeGround({ partitions: 1 });
    await ground.setSources([{ name: "app", gateway: "canonical" }]);
  });
  afterAll(() => ground.close());

  test.each(DYING)(
    "%s leaves the sums exact, and no row is there twice",
    { timeout: 60_000 },
    async (_when, dying) => {
      const before = await sums(ground);
      const events = Array.from({ length: 40 }, (_, at) =>
        canonicalEvent(`${JSON.stringify(dying)}-${at}`, {
          // Two months, so that a batch is several inserts of which a part may have been written.
          started_at: at % 2 === 0 ? "2026-10-20T10:00:00.000Z" : "2026-11-20T10:00:00.000Z",
        }),
      );
      await ground.send("app", "canonical", [...events, "{ not json"]);
      await runChild(ground, dying);
      const ingest = await ingestOn(ground);
      await expect
        .poll(
          async () =>
            (await committed(ground)).metadata === "" && (await sums(ground)).ranges > before.ranges,
          {
            timeout: 30_000,
          },
        )
        .toBe(true);
      await ingest.close();
      const after = await sums(ground);
      expect(after.calls).toBe(before.calls + 40);
      // 1,000 x $5 and 100 x $25 per million: $0.0075 a call.
      expect(after.cost).toBe(String((after.calls * 75) / 10_000));
      expect(after.event_rows).toBe(before.event_rows + 40);
      expect(after.record_rows).toBe(before.record_rows + 41);
      expect(after.positions).toBe(after.record_rows);
      expect(after.batch_rows).toBe(after.ranges);
      expect((await committed(ground)).offset).toBe(String(after.record_rows));
    },
  );

  test("a price that changes before the repeat does not change the batch that was begun", async () => {
    const setRate = async (usdPerMtok: string) => {
      const row = priceRow("acme", { model: "acme/one", usd_per_mtok: { input_tokens: usdPerMtok } });
      const plan = planPrices(ground.settings.state(), [row]);
      await applyPlan(ground.producer, ground.settings, plan, { actor: "test", reason: "test" });
    };
    const event = (id: string) =>
      canonicalEvent(id, { model: "acme/one", meters: { input_tokens: 1_000_000 } });
    const costs = async () => {
      const [row] = await ground.clickhouse.query({
        name: "acme",
        sql: "SELECT groupArray(toString(cost_usd)) AS costs FROM (SELECT cost_usd FROM events_v1 FINAL WHERE model = 'acme/one' ORDER BY cost_usd)",
        row: z.object({ costs: z.array(z.string()) }),
      });
      return row?.costs;
    };
    await setRate("2");
    await ground.send("app", "canonical", [event("acme-1")]);
    await runChild(ground, { dieBefore: "events_v1" });
    await setRate("9");
    const ingest = await ingestOn(ground);
    await expect.poll(costs, { timeout: 30_000 }).toEqual(["2"]);
    await ground.send("app", "canonical", [event("acme-2")]);
    await expect.poll(costs, { timeout: 15_000 }).toEqual(["2", "9"]);
    await ingest.close();
  }, 60_000);
});
