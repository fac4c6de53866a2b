import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type BudgetGround, budgetGround, EVALUATOR_KEY, never } from "#test/jobs/budgets/budgets-kit.ts";
import { eventIdOf } from "#test/support/event-row.ts";

let on: BudgetGround;
beforeAll(async () => {
  on = await budgetGround("2026-11-20T12:00:00.000Z");
});
afterAll(() => on.ground.close());

const RATED = { cost_status: "rated", team: "search" };

test("a budget's usage is told, and who crosses a threshold is on record once", async () => {
  await on.setBudget({ id: "search", receivers: ["ops"] });
  await on.insert(
    { ...RATED, event_id: eventIdOf("a"), at: "2026-11-02T10:00:00.000Z", cost_usd: "30.000000000001" },
    { ...RATED, event_id: eventIdOf("b"), at: "2026-11-20T11:58:00.000Z", cost_usd: "19" },
    { ...RATED, event_id: eventIdOf("c"), at: "2026-11-20T11:58:00.000Z", cost_usd: "7", team: "ads" },
  );
  const job = on.job();
  await job.run(never);
  expect(await on.standing("team:search", "search")).toMatchObject({
    spent_usd: "49.000000000001",
    limit_usd: "100",
    crossed: [],
    verdict: "allow",
    from: "2026-11-01T00:00:00.000Z",
    to: "2026-12-01T00:00:00.000Z",
  });
  expect(await on.alerts()).toEqual([]);
  expect((await on.messages()).get(EVALUATOR_KEY)).toMatchObject({ type: "evaluator", budgets: 1 });

  await on.insert({ ...RATED, event_id: eventIdOf("d"), at: "2026-11-20T11:59:00.000Z", cost_usd: "31" });
  await job.run(never);
  expect(await on.standing("team:search", "search")).toMatchObject({
    spent_usd: "80.000000000001",
    crossed: [50, 80],
    verdict: "warn",
  });
  const fired = await on.alerts();
  expect(fired.map(({ labels, state, receivers }) => [labels["threshold"], state, receivers]).sort()).toEqual(
    [
      ["50", "firing", ["ops"]],
      ["80", "firing", ["ops"]],
    ],
  );
  // Another leader who knows nothing finds the same and says nothing again.
  await on.job().run(never);
  await job.run(never);
  expect(await on.alerts()).toEqual(fired);
});

test("where there are no budgets nothing is read, written or told", async () => {
  const empty = await budgetGround("2026-11-20T12:00:00.000Z");
  try {
    await empty.insert({ ...RATED, event_id: eventIdOf("a"), at: "2026-11-02T10:00:00.000Z", cost_usd: "3" });
    const job = empty.job();
    await job.run(never);
    await job.run(never);
    const rows = await empty.ground.clickhouse.query({
      name: "test_rows",
      sql: "SELECT count() AS rows FROM payer_costs_v1",
      row: z.object({ rows: z.coerce.number() }),
    });
    expect(rows).toEqual([{ rows: 0 }]);
    expect((await empty.messages()).size).toBe(0);
    // The first budget finds all that was there before it.
    await empty.setBudget({ id: "search" });
    await job.run(never);
    expect(await empty.standing("team:search", "search")).toMatchObject({ spent_usd: "3" });
  } finally {
    await empty.ground.close();
  }
});
