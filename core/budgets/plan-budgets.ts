import type { BudgetSetting } from "#core/settings/budget.ts";
import { type ImportPlan, type PlannedChange, planImport } from "#core/settings/import-plan.ts";
import type { Versioned } from "#core/settings/state.ts";

type Budgets = ReadonlyMap<string, Versioned<BudgetSetting>>;

/**
 * What has to change so that the budgets are those of a file; without `removeExtra` those that it does not name stay.
 * Parents come before what is below them, in whatever order the file has them; removals come last and from below, so
 * that at no moment a budget has a parent that is not there.
 */
export function planBudgets(
  budgets: Budgets,
  wanted: readonly BudgetSetting[],
  options: { readonly removeExtra?: boolean } = {},
): ImportPlan {
  const plan = planImport("budget", budgets, wanted, options);
  const then = parentsOf(budgets.values());
  const now = new Map([...then, ...parentsOf(wanted.map((value) => ({ value })))]);
  const turnOf = ({ id, action }: PlannedChange) =>
    action === "remove" ? Number.MAX_SAFE_INTEGER - depthOf(id, then) : depthOf(id, now);
  const turns = new Map(plan.changes.map((change) => [change, turnOf(change)]));
  const changes = plan.changes.toSorted((a, b) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0));
  return { ...plan, changes };
}

type Parents = ReadonlyMap<string, string | null>;

function parentsOf(budgets: Iterable<{ readonly value: BudgetSetting }>): Parents {
  return new Map([...budgets].map(({ value }) => [value.id, value.parent]));
}

/** How many budgets are above one; a circle, which is refused elsewhere, ends where it began. */
function depthOf(id: string, parents: Parents): number {
  const above = new Set<string>([id]);
  for (let at = parents.get(id) ?? null; at !== null && !above.has(at); at = parents.get(at) ?? null)
    above.add(at);
  return above.size;
}
