import { termsOf } from "#core/budgets/terms.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Read in one go; the rest comes with the next call of the loop. */
const OUTCOMES_MAX = 10_000;

/** Since when a budget has had the terms that it has, in Kafka's time. Reads only what is new in the settings. */
export function termsSince(
  settings: Pick<SettingsLog, "outcomesAfter">,
): (budgetId: string) => number | undefined {
  const since = new Map<string, number>();
  let seen = -1n;
  return (budgetId) => {
    for (;;) {
      const news = settings.outcomesAfter(seen, OUTCOMES_MAX);
      for (const outcome of news) {
        seen = outcome.offset;
        if (outcome.outcome !== "applied" || outcome.change.kind !== "budget") continue;
        const before = outcome.before as BudgetSetting | null;
        const { id, value } = outcome.change;
        if (before === null || value === null || termsOf(before) !== termsOf(value))
          since.set(id, outcome.appendTimeMs);
      }
      if (news.length < OUTCOMES_MAX) return since.get(budgetId);
    }
  };
}
