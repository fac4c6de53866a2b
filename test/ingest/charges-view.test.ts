import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { planCharges } from "#core/charge-import.ts";
import { ChargeSetting } from "#core/settings/charge.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

let ground: Ground | undefined;
afterEach(() => ground?.close());

const CHARGE = ChargeSetting.parse({
  id: "inv-1:1",
  kind: "credit",
  vendor: "anthropic",
  description: 'A "credit"',
  from: "2026-11-01T00:00:00.000Z",
  to: "2026-12-01T00:00:00.000Z",
  amount: "-123456789012345.000000000001",
  cost_center: "4200",
  file_sha256: "a".repeat(64),
  line: 7,
});

test("charges_v1 has a charge as it went on record, exact, with who and why, and none that was refused", async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  const { producer, settings, clickhouse } = ground;
  const by = { actor: "finance", reason: "invoice" };
  await applyPlan(producer, settings, planCharges(settings.state(), [CHARGE]), by);
  const other = { ...CHARGE, amount: "-1" };
  const [refused] = await applyPlan(producer, settings, planCharges(settings.state(), [other]), by);
  expect(refused?.outcome).toBe("invalid");
  const last = settings.state().offset;
  const ingest = await ingestOn(ground);
  const copied = z.object({ last: z.coerce.bigint() });
  await vi.waitFor(
    async () => {
      const sql = "SELECT max(settings_offset) AS last FROM settings_changes_v1";
      const [row] = await clickhouse.query({ name: "copied", sql, row: copied });
      expect(row?.last).toBe(last);
    },
    { timeout: 20_000 },
  );
  await ingest.close();
  const rows = await clickhouse.query({
    name: "charges",
    sql: `SELECT charge_id, kind, vendor, description, toString(amount) AS amount, team, cost_center, line,
                 toString(period_from) AS period_from, file_sha256, actor, reason FROM charges_v1`,
    row: z.looseObject({}),
  });
  expect(rows).toEqual([
    {
      charge_id: "inv-1:1",
      kind: "credit",
      vendor: "anthropic",
      description: 'A "credit"',
      amount: CHARGE.amount,
      team: "",
      cost_center: "4200",
      line: expect.anything(),
      period_from: "2026-11-01 00:00:00.000",
      file_sha256: CHARGE.file_sha256,
      ...by,
    },
  ]);
});
