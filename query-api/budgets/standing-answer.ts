import { z } from "zod";
import { type BudgetStanding, type ScopeState, VERDICTS } from "#core/budgets/budget-state.ts";
import { standingNow } from "#core/budgets/standing-now.ts";
import { formatMoney } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { BudgetSnapshot } from "#runtime/budgets/budget-snapshot.ts";

const Usd = z.string().describe("USD, a decimal string, exact to 1e-12.");

/** How a budget, or one member of it, stands. */
export const Standing = z.object({
  from: z.string().describe("The window that the figures are of, …"),
  to: z.string().describe("… exclusive; a calendar period begins anew then."),
  is_current: z
    .boolean()
    .describe("false: that window is over, and the one of now is not reckoned yet; it takes seconds."),
  version: z.int().describe("The version of the budget that the figures were reckoned by."),
  limit_usd: Usd.describe("The amount and the top-ups that are in force now."),
  spent_usd: Usd.describe("`estimated_usd` is in it."),
  estimated_usd: Usd.describe("What calls without a price are taken for, by the fallback rates."),
  remaining_usd: Usd.describe("Below zero where more is spent than the limit."),
  utilisation_percent: z.string().describe("Spent, of the limit, cut to two places."),
  forecast_usd: z
    .object({ low: Usd, expected: Usd, high: Usd })
    .nullable()
    .describe("What the window is expected to end at; null: too few active days, or a rolling period."),
  crossed: z.array(z.int()).describe("Thresholds on what is spent, in percent, that are reached now."),
  verdict: z
    .enum(VERDICTS)
    .describe("`warn`: a threshold is reached; `deny`: a hard limit and its grace are used up."),
});
export type Standing = z.infer<typeof Standing>;

/** With which knowledge standings are told. */
export const Reckoned = {
  as_of: z.string().nullable().describe("When the figures were last looked at; null: never yet."),
  data_until: z.string().nullable().describe("All records that Kafka had by then are counted."),
  lag_ms: z
    .int()
    .nullable()
    .describe("How long ago that was, by the API's clock: what is spent since may not be in the figures."),
};

export function standingAnswer(budget: BudgetSetting, standing: BudgetStanding, nowMs: number): Standing {
  const now = standingNow(budget, standing, nowMs);
  const { from, to, version, estimated_usd, spent_usd, forecast_usd } = standing;
  return {
    ...{ from, to, is_current: now.isCurrent, version },
    limit_usd: formatMoney(now.limit),
    ...{ spent_usd, estimated_usd },
    remaining_usd: formatMoney(now.remaining),
    utilisation_percent: now.utilisationPercent,
    forecast_usd,
    crossed: [...now.crossed],
    verdict: now.verdict,
  };
}

/** The standings of a budget, as a whole and by member. */
export function standingsOf(
  snapshot: BudgetSnapshot | undefined,
  budget: BudgetSetting,
  nowMs: number,
): { readonly whole: Standing | null; readonly members: ReadonlyMap<string, Standing> } {
  const members = new Map<string, Standing>();
  let whole: Standing | null = null;
  for (const state of snapshot?.ofBudget(budget.id) ?? []) {
    const standing = isOfScope(state, budget)
      ? state.budgets.find((one) => one.budget_id === budget.id)
      : undefined;
    if (standing === undefined) continue;
    const answer = standingAnswer(budget, standing, nowMs);
    if (state.member === null) whole = answer;
    else members.set(state.member, answer);
  }
  return { whole, members };
}

/** A budget whose scope was changed a moment ago still stands at the old one, which is nothing of it any more. */
function isOfScope({ scope }: ScopeState, budget: BudgetSetting): boolean {
  return scope.kind === budget.scope.kind && scope.id === ("id" in budget.scope ? budget.scope.id : "");
}

/** How old everything is that the snapshot says: what is not told anew stands as of the evaluator's last word. */
export function reckonedAt(snapshot: BudgetSnapshot | undefined, nowMs: number) {
  const evaluator = snapshot?.evaluator() ?? null;
  const dataUntil = evaluator?.data_until ?? null;
  return {
    as_of: evaluator?.as_of ?? null,
    data_until: dataUntil,
    // Two clocks may differ by so much that a difference is below zero.
    lag_ms: dataUntil === null ? null : Math.max(0, nowMs - Date.parse(dataUntil)),
  };
}
