import type { EvaluatorState, ScopeState } from "#core/budgets/budget-state.ts";

/** How budgets stand by the newest messages of the topic `spendtrail.budget-state`, held in memory. */
export interface BudgetSnapshot {
  /** The newest message of a scope key; null: none. */
  scope(key: string): ScopeState | null;
  /** All scope messages that hold a budget's standing. */
  ofBudget(budgetId: string): readonly ScopeState[];
  evaluator(): EvaluatorState | null;
}
