import type { Verdict } from "#core/budgets/budget-state.ts";
import { limitAt } from "#core/budgets/limit.ts";
import type { Money } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

export interface BudgetVerdict {
  readonly verdict: Verdict;
  readonly limit: Money;
  /** Below zero where more is spent than the limit. */
  readonly remaining: Money;
  /** Of `thresholds.actual`, those that are reached: spent >= limit * percent / 100, exactly. */
  readonly crossed: readonly number[];
}

/**
 * How a budget stands when so much is spent in its window. A hard limit denies from `limit + grace` on; up to there, and
 * without a hard limit for ever, it warns from its first threshold on. The same in the jobs, in the API and at whoever
 * reckons by the topic.
 */
export function verdictOf(budget: BudgetSetting, spent: Money, atMs: number): BudgetVerdict {
  const limit = limitAt(budget, atMs);
  const crossed = budget.thresholds.actual.filter((percent) => isReached(spent, limit, percent));
  const isUsedUp = isReached(spent, limit, 100 + budget.grace_percent);
  const verdict = budget.hard_limit && isUsedUp ? "deny" : crossed.length > 0 ? "warn" : "allow";
  return { verdict, limit, remaining: (limit - spent) as Money, crossed };
}

/** Whether so many percent of a limit are reached, without a division. */
export function isReached(spent: bigint, limit: bigint, percent: number): boolean {
  return spent * 100n >= limit * BigInt(percent);
}
