import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BudgetGround, budgetGround, never } from "#test/jobs/budgets/budgets-kit.ts";
import { eventIdOf } from "#test/support/event-row.ts";

let on: BudgetGround;
let called = 0;
beforeAll(async () => {
  on = await budgetGround("2026-11-20T12:00:00.000Z");
});
beforeEach(async () => {
  for (const id of on.ground.settings.state().budgets.keys()) await on.set("budget", id, null);
  for (const table of ["events_v1", "alerts_v1", "payer_costs_v1"])
    await on.ground.clickhouse.command(`TRUNCATE TABLE ${table}`);
  on.now("2026-11-20T12:00:00.000Z");
});
afterAll(() => on.ground.close());

const call = (cost: string, at: string, more: object = {}) => ({
  event_id: eventIdOf(`call ${called++}`),
  ...{ at, cost_usd: cost, cost_status: "rated", team: "search", ...more },
});
const ANNA = "u_0000000000000000000000000000000a";
const BEN = "u_0000000000000000000000000000000b";

/** `80 firing`, in order of thresholds. */
async function onRecord() {
  const alerts = await on.alerts();
  return alerts
    .map(({ labels, state, episode }) => `${labels["threshold"]} ${state} ${episode}`)
    .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
}

describe("alerts of budgets", () => {
  test("of a changed amount are measured anew, and its usage stays", async () => {
    await on.setBudget({ id: "b", receivers: ["ops"] });
    await on.insert(call("60", "2026-11-20T11:59:00.000Z"));
    const job = on.job();
    await job.run(never);
    expect(await onRecord()).toEqual(["50 firing 1"]);
    await on.setBudget({ id: "b", receivers: ["ops"], amount_usd: "1000" });
    await job.run(never);
    expect(await onRecord()).toEqual(["50 superseded 1"]);
    expect(await on.standing("team:search", "b")).toMatchObject({
      spent_usd: "60",
      version: 2,
      verdict: "allow",
    });
    await on.setBudget({ id: "b", receivers: ["ops"], amount_usd: "70" });
    await job.run(never);
    expect(await onRecord()).toEqual(["50 superseded 1", "50 firing 1", "80 firing 1"]);
    expect(await on.standing("team:search", "b")).toMatchObject({ spent_usd: "60", verdict: "warn" });
    // Other receivers are no other terms.
    await on.setBudget({ id: "b", receivers: [], amount_usd: "70", note: "quiet" });
    await job.run(never);
    expect(await onRecord()).toEqual(["50 superseded 1", "50 firing 1", "80 firing 1"]);
  });

  test("end with their period; what comes an hour after it is a note", async () => {
    // In a time to come: a budget rings for no period before it was made, and it is made now.
    on.now("2027-11-20T12:00:00.000Z");
    await on.setBudget({ id: "b", period: { kind: "day", zone: "UTC" } });
    await on.insert(call("60", "2027-11-20T11:59:00.000Z"));
    const job = on.job();
    await job.run(never);
    on.now("2027-11-21T00:00:00.000Z");
    await on.insert(call("21", "2027-11-20T23:59:59.999Z"));
    await job.run(never);
    // It came in time enough to ring, and the period is over.
    expect(await onRecord()).toEqual(["50 resolved 1", "80 firing 1"]);
    on.now("2027-11-21T01:00:00.000Z");
    await on.insert(call("15", "2027-11-20T10:00:00.000Z"));
    await job.run(never);
    expect(await onRecord()).toEqual(["50 resolved 1", "80 resolved 1", "95 noted 1"]);
    expect((await on.alerts()).find(({ state }) => state === "noted")?.receivers).toEqual([]);
    // A leader that knows nothing of it adds nothing.
    await on.job().run(never);
    expect(await onRecord()).toEqual(["50 resolved 1", "80 resolved 1", "95 noted 1"]);
  });

  test("of a period before the budget was made are none", async () => {
    await on.insert(call("99", "2026-10-20T10:00:00.000Z"));
    await on.setBudget({ id: "b" });
    await on.job().run(never);
    expect(await onRecord()).toEqual([]);
  });

  test("are for each member of a budget that is for each", async () => {
    await on.setBudget({
      id: "b",
      mode: "per_member",
      amount_usd: "10",
      thresholds: { actual: [100], forecast: [] },
    });
    await on.insert(
      call("9.999999999999", "2026-11-20T11:59:00.000Z", { user_ref: ANNA }),
      call("10", "2026-11-20T11:59:00.000Z", { user_ref: BEN }),
      call("500", "2026-11-20T11:59:00.000Z"),
    );
    await on.job().run(never);
    expect((await on.alerts()).map(({ labels }) => labels["member"])).toEqual([BEN]);
    expect(await on.standing(`team:search/${ANNA}`, "b")).toMatchObject({ verdict: "allow", crossed: [] });
    expect(await on.standing(`team:search/${BEN}`, "b")).toMatchObject({ verdict: "warn", crossed: [100] });
  });

  test("follow a top-up as long as it lasts, and a hard limit with grace denies behind both", async () => {
    const topUp = {
      id: "one",
      amount_usd: "50",
      from: "2026-11-20T00:00:00.000Z",
      expires_at: "2026-11-20T13:00:00.000Z",
      note: null,
    };
    await on.setBudget({ id: "b", hard_limit: true, grace_percent: 10, top_ups: [topUp] });
    await on.insert(call("120", "2026-11-20T11:59:00.000Z"));
    const job = on.job();
    await job.run(never);
    expect(await on.standing("team:search", "b")).toMatchObject({ limit_usd: "150", verdict: "warn" });
    on.now("2026-11-20T13:00:00.000Z");
    await job.run(never);
    expect(await on.standing("team:search", "b")).toMatchObject({ limit_usd: "100", verdict: "deny" });
    expect(await onRecord()).toEqual(["50 firing 1", "80 firing 1", "95 firing 1", "100 firing 1"]);
  });

  test("are over when a correction takes the spend away, at the second whole look", async () => {
    await on.setBudget({ id: "b", thresholds: { actual: [50], forecast: [] } });
    const old = call("60", "2026-11-20T11:59:00.000Z");
    await on.insert(old);
    const job = on.job();
    await job.run(never);
    await on.insert({ ...old, epoch: 1, sign: -1 }, { ...old, epoch: 1, cost_usd: "1" });
    for (const at of ["12:01:01", "12:02:02"]) {
      expect(await onRecord()).toEqual(["50 firing 1"]);
      on.now(`2026-11-20T${at}.000Z`);
      await job.run(never);
    }
    expect(await onRecord()).toEqual(["50 resolved 1"]);
    expect(await on.standing("team:search", "b")).toMatchObject({ spent_usd: "1" });
  });

  test("of a forecast come at the second whole look", async () => {
    await on.setBudget({ id: "b", amount_usd: "600", thresholds: { actual: [], forecast: [100] } });
    for (let day = 10; day < 20; day++) await on.insert(call("30", `2026-11-${day}T10:00:00.000Z`));
    const job = on.job();
    await job.run(never);
    expect(await on.standing("team:search", "b")).toMatchObject({
      spent_usd: "300",
      forecast_usd: { low: "630", expected: "630", high: "630" },
    });
    expect(await onRecord()).toEqual([]);
    on.now("2026-11-20T12:01:00.000Z");
    await job.run(never);
    expect(await onRecord()).toEqual(["100 firing 1"]);
    expect(await on.alerts()).toMatchObject([{ kind: "budget_forecast", details: { expected_usd: "630" } }]);
  });

  test("and standings go with a budget that is removed or not in force any more", async () => {
    await on.setBudget({ id: "a" });
    await on.setBudget({ id: "b", valid_to: "2026-11-20T12:30:00.000Z" });
    await on.insert(call("60", "2026-11-20T11:59:00.000Z"));
    const job = on.job();
    await job.run(never);
    expect(await onRecord()).toEqual(["50 firing 1", "50 firing 1"]);
    on.now("2026-11-20T12:30:00.000Z");
    await job.run(never);
    expect(await on.standing("team:search", "b")).toBeUndefined();
    expect(await on.standing("team:search", "a")).toBeDefined();
    await on.set("budget", "a", null);
    // Also by a leader that never knew of it.
    await on.job().run(never);
    expect((await on.messages()).has("team:search")).toBe(false);
    expect(await onRecord()).toEqual(["50 superseded 1", "50 superseded 1"]);
  });
});
