import type { BudgetStanding } from "#core/budgets/budget-state.ts";
import { type BudgetVerdict, verdictOf } from "#core/budgets/verdict.ts";
import { type Money, parseMoney } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

export interface StandingNow extends BudgetVerdict {
  readonly spent: Money;
  /** Spent, in percent of the limit, cut to two places: it never says more than there is. */
  readonly utilisationPercent: string;
  /** false: the window of the figures is over, and the one of now is not reckoned yet. */
  readonly isCurrent: boolean;
}

/** How a budget stands by the figures of its last reckoning, with the limit and the rules of now: a top-up counts at once. */
export function standingNow(budget: BudgetSetting, standing: BudgetStanding, nowMs: number): StandingNow {
  const read = parseMoney(standing.spent_usd);
  if (!read.ok) throw new Error(`a standing passed its schema with ${standing.spent_usd}`);
  const verdict = verdictOf(budget, read.value, nowMs);
  const hundredths = (read.value * 10_000n) / verdict.limit;
  const size = hundredths < 0n ? -hundredths : hundredths;
  const decimals = String(size % 100n).padStart(2, "0");
  return {
    ...verdict,
    spent: read.value,
    utilisationPercent: `${hundredths < 0n ? "-" : ""}${size / 100n}.${decimals}`,
    isCurrent: nowMs < Date.parse(standing.to),
  };
}
