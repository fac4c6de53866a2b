import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SettingsState } from "#core/settings/state.ts";

/**
 * What somebody should hear who sets these budgets, a sentence each: a budget beside another of the same calls and the
 * same period, and receivers that are not there. Both may be meant: two amounts with other receivers, a receiver that
 * is made next.
 */
export function budgetWarnings(
  { budgets, receivers }: Pick<SettingsState, "budgets" | "receivers">,
  wanted: readonly BudgetSetting[],
): readonly string[] {
  const after = new Map([...budgets].map(([id, { value }]) => [id, value]));
  for (const value of wanted) after.set(value.id, value);
  const set = new Set(wanted);
  const kinds = new Set(wanted.map(({ scope }) => scopeOf(scope)));
  const near = [...after.values()].filter(({ scope }) => kinds.has(scopeOf(scope)));
  const alike = Map.groupBy(near, callsOf);
  return wanted.flatMap((value) => [
    ...(alike.get(callsOf(value)) ?? [])
      .filter((other) => other.id !== value.id && meet(value, other))
      // Two that are both set now are said once.
      .filter((other) => value.id < other.id || !set.has(other))
      .map(
        (other) =>
          `budget ${value.id} is of the same calls and the same period as budget ${other.id}: both count, each by itself`,
      ),
    ...(value.receivers ?? [])
      .filter((name) => !receivers.has(name))
      .map(
        (name) => `budget ${value.id} names the receiver ${name}, which does not exist: nobody hears of it`,
      ),
  ]);
}

function scopeOf(scope: BudgetSetting["scope"]): string {
  return JSON.stringify([scope.kind, "id" in scope ? scope.id : ""]);
}

/** Whose calls a budget counts, and over which time. */
function callsOf({ scope, mode, members, filters, period }: BudgetSetting): string {
  const sorted = (list: readonly string[]) => list.toSorted();
  const { models, platforms, gateways } = filters;
  return JSON.stringify([
    ...[scopeOf(scope), mode, sorted(members), sorted(models), sorted(platforms), sorted(gateways)],
    Object.entries(period).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

/** Whether there is a moment at which both are in force. */
function meet(one: BudgetSetting, other: BudgetSetting): boolean {
  const endsBefore = (a: BudgetSetting, b: BudgetSetting) =>
    a.valid_to !== null && b.valid_from !== null && a.valid_to <= b.valid_from;
  return !endsBefore(one, other) && !endsBefore(other, one);
}
