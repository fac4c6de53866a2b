import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { SettingsChange } from "#core/settings/change.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround();
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
}, 60_000);
afterAll(() => ground.close());

test("a call with a discount is stored with what it costs by the list too, one without is not", async () => {
  const value = discountRow("opus", { model: "claude-opus-5", percent: "20" });
  const outcome = await changeSettings(
    ground.producer,
    ground.settings,
    SettingsChange.parse({
      ...{ kind: "discount", id: value.id, value, expected_version: 0, change_id: randomUUID() },
      ...{ actor: "test", reason: "test" },
    }),
  );
  expect(outcome.outcome).toBe("applied");
  const ingest = await ingestOn(ground);
  await ground.send("app", "canonical", [
    canonicalEvent("discounted"),
    canonicalEvent("plain", { model: "claude-haiku-4-5" }),
  ]);
  const rows = () =>
    ground.clickhouse.query({
      name: "test_list",
      sql: `SELECT model, toString(cost_usd) AS cost, toString(list_usd) AS list, cost_usd < list_usd AS is_less
            FROM events_v1 FINAL ORDER BY model DESC`,
      row: z.object({
        model: z.string(),
        cost: z.string(),
        list: z.string().nullable(),
        is_less: z.coerce.number().nullable(),
      }),
    });
  await expect.poll(async () => (await rows()).length, { timeout: 30_000 }).toBe(2);
  const [discounted, plain] = await rows();
  expect(discounted).toMatchObject({ model: "claude-opus-5", is_less: 1 });
  expect(Number(discounted?.cost)).toBeCloseTo(Number(discounted?.list) * 0.8, 12);
  expect(plain).toMatchObject({ model: "claude-haiku-4-5", list: null });
  await ingest.close();
});
