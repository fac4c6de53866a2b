import type { BudgetSetting } from "#core/settings/budget.ts";
import type { Scope } from "#query-api/scope.ts";

/** Whether a caller sees a budget: one of some teams sees those of these teams and no other. */
export function seesBudget(scope: Scope, { scope: of }: Pick<BudgetSetting, "scope">): boolean {
  return scope.kind === "all" || (of.kind === "team" && scope.teams.includes(of.id));
}
