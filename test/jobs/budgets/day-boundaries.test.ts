import { afterAll, beforeAll, expect, test } from "vitest";
import { type BudgetGround, budgetGround, never } from "#test/jobs/budgets/budgets-kit.ts";
import { eventIdOf } from "#test/support/event-row.ts";

/** Days as the zones have them, written down by hand: begin, end and how long. */
const DAYS = [
  ["Asia/Kolkata", "2026-11-01", "2026-10-31T18:30:00.000Z", "2026-11-01T18:30:00.000Z", 24],
  ["America/New_York", "2026-03-07", "2026-03-07T05:00:00.000Z", "2026-03-08T05:00:00.000Z", 24],
  ["America/New_York", "2026-03-08", "2026-03-08T05:00:00.000Z", "2026-03-09T04:00:00.000Z", 23],
  ["America/New_York", "2026-11-01", "2026-11-01T04:00:00.000Z", "2026-11-02T05:00:00.000Z", 25],
  ["America/New_York", "2026-11-02", "2026-11-02T05:00:00.000Z", "2026-11-03T05:00:00.000Z", 24],
  ["Pacific/Auckland", "2026-04-05", "2026-04-04T11:00:00.000Z", "2026-04-05T12:00:00.000Z", 25],
  ["Pacific/Auckland", "2026-09-27", "2026-09-26T12:00:00.000Z", "2026-09-27T11:00:00.000Z", 23],
] as const;

let on: BudgetGround;
beforeAll(async () => {
  on = await budgetGround("2026-11-01T00:00:00.000Z");
});
afterAll(() => on.ground.close());

test("a day's budget counts from its zone's first millisecond to its last, through both clock changes", async () => {
  for (const zone of new Set(DAYS.map(([name]) => name)))
    await on.setBudget({ id: idOf(zone), scope: { kind: "all" }, period: { kind: "day", zone } });
  for (const [zone, date, from, to, hours] of DAYS) {
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
    expect((toMs - fromMs) / 3_600_000, `${zone} ${date}`).toBe(hours);
    await on.ground.clickhouse.command("TRUNCATE TABLE events_v1");
    await on.ground.clickhouse.command("TRUNCATE TABLE payer_costs_v1");
    await on.insert(
      ...[fromMs - 1, fromMs, toMs - 1, toMs].map((ms, at) => ({
        event_id: eventIdOf(`${zone} ${at}`),
        at: new Date(ms).toISOString(),
        cost_usd: String(10 ** at),
        cost_status: "rated",
      })),
    );
    // From what is in motion at the day's two ends, and from what is on record days later.
    const seen = [];
    for (const nowMs of [fromMs, toMs - 1]) {
      on.now(new Date(nowMs).toISOString());
      await on.job().run(never);
      seen.push(await on.standing("all", idOf(zone)));
    }
    const inside = { spent_usd: "110", from, to };
    expect(seen, `${zone} ${date}`).toMatchObject([inside, inside]);
    on.now(new Date(toMs).toISOString());
    await on.job().run(never);
    expect(await on.standing("all", idOf(zone)), `${zone} after ${date}`).toMatchObject({
      spent_usd: "1000",
      from: to,
    });
  }
}, 120_000);

function idOf(zone: string): string {
  return zone.toLowerCase().replace(/[^a-z]/g, "-");
}
