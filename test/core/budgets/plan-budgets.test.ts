import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { budgetWarnings } from "#core/budgets/budget-warnings.ts";
import { budgetsRefusal, removalRefusal } from "#core/budgets/budgets-refusal.ts";
import { fieldDifferences } from "#core/budgets/field-differences.ts";
import { planBudgets } from "#core/budgets/plan-budgets.ts";
import { BudgetSetting } from "#core/settings/budget.ts";
import { foldAll } from "#core/settings/fold.ts";
import { type ImportPlan, planToChanges } from "#core/settings/import-plan.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";

const budget = (id: string, parent: string | null = null, more: object = {}): BudgetSetting =>
  BudgetSetting.parse({
    ...{ id, parent, scope: { kind: "team", id: `team-${id}` }, amount_usd: "10", period: { kind: "month" } },
    ...more,
  });

function applied(state: SettingsState, plan: ImportPlan) {
  const changeIds = plan.changes.map(() => randomUUID());
  const changes = planToChanges(plan, { actor: "test", reason: "test", changeIds });
  const messages = changes.map((change, at) => ({
    ...{ offset: state.offset + 1n + BigInt(at), appendTimeMs: 0 },
    value: Buffer.from(JSON.stringify(change)),
  }));
  return foldAll(state, messages);
}
function stateOf(...budgets: BudgetSetting[]): SettingsState {
  const { state, outcomes } = applied(NO_SETTINGS, planBudgets(new Map(), budgets));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(budgets.map(() => "applied"));
  return state;
}
const ids = ({ changes }: ImportPlan) => changes.map(({ action, id }) => `${action} ${id}`);

describe("a plan of budgets", () => {
  test("makes parents first in whatever order the file has them, and the fold takes all of it", () => {
    const wanted = [budget("c", "b"), budget("b", "a"), budget("a"), budget("z")];
    const plan = planBudgets(new Map(), wanted);
    expect(ids(plan)).toEqual(["create a", "create z", "create b", "create c"]);
    const { outcomes, state } = applied(NO_SETTINGS, plan);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(4).fill("applied"));
    expect(planBudgets(state.budgets, wanted).changes).toEqual([]);
  });

  test("turns a chain over, though each half of it would be a circle", () => {
    const state = stateOf(budget("a"), budget("b", "a"), budget("c", "b"));
    const turned = [budget("a", "b"), budget("b", "c"), budget("c")];
    expect(budgetsRefusal(state.budgets, turned)).toBeNull();
    const plan = planBudgets(state.budgets, turned);
    expect(ids(plan)).toEqual(["update c", "update b", "update a"]);
    expect(applied(state, plan).outcomes.map(({ outcome }) => outcome)).toEqual(Array(3).fill("applied"));
  });

  test("removes only where it is asked to, from below and last", () => {
    const state = stateOf(budget("a"), budget("b", "a"), budget("c", "b"), budget("keep"));
    const wanted = [budget("keep", null, { amount_usd: "11" })];
    expect(planBudgets(state.budgets, wanted)).toMatchObject({ extra: ["a", "b", "c"] });
    const plan = planBudgets(state.budgets, wanted, { removeExtra: true });
    expect(ids(plan)).toEqual(["update keep", "remove c", "remove b", "remove a"]);
    expect([...applied(state, plan).state.budgets.keys()]).toEqual(["keep"]);
  });

  test("is tried on how everything would be: circles, parents that are not there or would go", () => {
    const state = stateOf(budget("a"), budget("b", "a"));
    expect(budgetsRefusal(state.budgets, [budget("a", "b")])).toBe(
      "budget a: parent: budgets a > b > a go in a circle",
    );
    expect(budgetsRefusal(new Map(), [budget("a", "b"), budget("b", "c"), budget("c", "a")])).toContain(
      "budget b: parent: budgets b > c > a > b go in a circle",
    );
    expect(budgetsRefusal(state.budgets, [budget("c", "d")])).toContain("budget c: parent: budget d");
    expect(budgetsRefusal(state.budgets, [budget("c", "a")])).toBeNull();
    expect(budgetsRefusal(state.budgets, [budget("c", "a")], { removeExtra: true })).toContain(
      "budget c: parent: budget a, the parent of c, does not exist",
    );
    expect(removalRefusal(state.budgets, "a")).toContain("budget a is the parent of b");
    expect(removalRefusal(state.budgets, "b")).toBeNull();
  });

  const topUp = { id: "t", amount_usd: "1", from: "2026-12-01T00:00:00.000Z" };
  const dayBefore = "2026-11-30T00:00:00.000Z";
  test.each([
    [{ period: { kind: "day", zone: "Mars/Olympus" } }, "period.zone: Mars/Olympus is no IANA time zone"],
    [{ period: { kind: "day", zone: "europe/berlin" } }, "period.zone: europe/berlin is no IANA time zone"],
    [{ valid_from: topUp.from, valid_to: topUp.from }, "valid_to: budget x ends at"],
    [{ valid_from: topUp.from, valid_to: dayBefore }, "valid_to: budget x ends at"],
    [{ top_ups: [{ ...topUp, expires_at: topUp.from }] }, "top_ups: top-up t of budget x expires before"],
    [{ scope: { kind: "user", id: `u_${"0".repeat(32)}` }, mode: "per_member" }, "mode: budget x is of one"],
    [{ members: [`u_${"0".repeat(32)}`] }, "members: budget x is a pool and names members"],
    [{ parent: "x" }, "parent: budgets x > x go in a circle"],
  ])("refuses %j by entry and field", (more, said) => {
    expect(budgetsRefusal(new Map(), [budget("fine"), budget("x", null, more)])).toContain(
      `budget x: ${said}`,
    );
  });

  test("a chain of more than ten parents is refused", () => {
    const chain = Array.from({ length: 12 }, (_, at) => budget(`b${at}`, at === 0 ? null : `b${at - 1}`));
    expect(budgetsRefusal(new Map(), chain.slice(0, 11))).toBeNull();
    expect(budgetsRefusal(new Map(), chain)).toBe(
      "budget b11: parent: budget b11 has more than 10 budgets above it",
    );
  });
});

describe("a warning", () => {
  const scope = { scope: { kind: "team", id: "search" } };
  const warn = (state: SettingsState, ...wanted: BudgetSetting[]) => budgetWarnings(state, wanted);
  const said = (one: string, other: string) =>
    `budget ${one} is of the same calls and the same period as budget ${other}: both count, each by itself`;

  test("tells of two budgets of the same calls and period, once", () => {
    const pair = [budget("a", null, scope), budget("b", null, { ...scope, amount_usd: "99" })];
    expect(warn(NO_SETTINGS, ...pair)).toEqual([said("a", "b")]);
    expect(warn(stateOf(budget("a", null, scope)), budget("b", null, scope))).toEqual([said("b", "a")]);
  });

  test.each([
    [{ period: { kind: "day" } }],
    [{ mode: "per_member" }],
    [{ filters: { models: ["claude-*"], platforms: [], gateways: [] } }],
    [{ scope: { kind: "cost_center", id: "search" } }],
    [{ period: { kind: "month", zone: "Europe/Berlin" } }],
  ])("%j is another budget and worth none", (more) => {
    expect(warn(NO_SETTINGS, budget("a", null, scope), budget("b", null, { ...scope, ...more }))).toEqual([]);
  });

  test("is none where one ends before the other begins", () => {
    const at = "2027-01-01T00:00:00.000Z";
    const [old, next] = [
      budget("a", null, { ...scope, valid_to: at }),
      budget("b", null, { ...scope, valid_from: at }),
    ];
    expect(warn(NO_SETTINGS, old, next)).toEqual([]);
    expect(warn(NO_SETTINGS, old, budget("b", null, scope))).toEqual([said("a", "b")]);
  });

  test("tells of a receiver that does not exist", () => {
    expect(warn(NO_SETTINGS, budget("a", null, { receivers: ["ops"] }))).toEqual([
      "budget a names the receiver ops, which does not exist: nobody hears of it",
    ]);
  });
});

test("fields that differ are told by their path, before and after", () => {
  const before = budget("a", null, { thresholds: { actual: [50], forecast: [] } });
  const after = budget("a", "p", { amount_usd: "12.5", period: { kind: "month", zone: "Asia/Kolkata" } });
  expect(fieldDifferences(before, after)).toEqual([
    { field: "amount_usd", before: "10", after: "12.5" },
    { field: "parent", before: "-", after: "p" },
    { field: "period.zone", before: "UTC", after: "Asia/Kolkata" },
    { field: "thresholds.actual", before: "50", after: "50, 80, 95, 100" },
    { field: "thresholds.forecast", before: "-", after: "100" },
  ]);
});
