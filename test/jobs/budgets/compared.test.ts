import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { budgetMeasures } from "#jobs/budgets/measures.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { type BudgetGround, budgetGround, never } from "#test/jobs/budgets/budgets-kit.ts";
import { eventIdOf } from "#test/support/event-row.ts";

let on: BudgetGround;
beforeAll(async () => {
  on = await budgetGround("2026-11-20T12:00:00.000Z");
});
afterAll(() => on.ground.close());

test("usage is compared with the calls; what differs is told by a metric and mended", async () => {
  await on.setBudget({ id: "b" });
  const call = { cost_status: "rated", team: "search", cost_usd: "30" };
  await on.insert(
    { ...call, event_id: eventIdOf("a"), at: "2026-11-02T10:00:00.000Z" },
    { ...call, event_id: eventIdOf("b"), at: "2026-11-20T11:58:00.000Z" },
  );
  const metrics = createMetrics({ defaults: false });
  const job = on.job({ measures: budgetMeasures(metrics) });
  const drift = async () => /^spendtrail_budget_drift_usd (\S+)$/m.exec((await metrics.render()).text)?.[1];
  const roundAt = async (time: string) => {
    on.now(`2026-11-20T${time}.000Z`);
    // A whole round sums a day, the next one compares.
    await job.run(never);
    await job.run(never);
  };
  const comparedAt = async () =>
    Number(/^spendtrail_budget_compared_seconds (\S+)$/m.exec((await metrics.render()).text)?.[1]);
  await job.run(never);
  await roundAt("12:11:00");
  expect(await drift()).toBe("0");
  expect(await comparedAt()).toBe(Date.parse("2026-11-20T12:11:00.000Z") / 1000);

  // Somebody doubles what is on record of the first call.
  await on.ground.clickhouse.command(`INSERT INTO payer_costs_v1
    SELECT * REPLACE (arrayMap(cost -> cost * 2, sums.cost_usd) AS \`sums.cost_usd\`) FROM payer_costs_v1 FINAL
    WHERE bucket = toDateTime('2026-11-02 10:00:00', 'UTC')`);
  await roundAt("12:22:00");
  expect(await drift()).toBe("30");
  // Begun anew from what is on record it is wrong, until the record itself is compared.
  await roundAt("12:33:00");
  await roundAt("12:34:00");
  await roundAt("12:45:00");
  expect(await on.standing("team:search", "b")).toMatchObject({ spent_usd: "60" });
  expect(await drift()).toBe("0");
  const [row] = await on.ground.clickhouse.query({
    name: "test_mended",
    sql: "SELECT toString(sum(arraySum(sums.cost_usd))) AS cost FROM payer_costs_v1 FINAL",
    row: z.object({ cost: z.string() }),
  });
  expect(Number(row?.cost)).toBe(60);
});
