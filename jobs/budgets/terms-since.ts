import { termsOf } from "#core/budgets/terms.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import { sinceChanged } from "#jobs/since-changed.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Since when a budget has had the terms that it has, in Kafka's time. */
export function termsSince(
  settings: Pick<SettingsLog, "outcomesAfter">,
): (budgetId: string) => number | undefined {
  return sinceChanged<BudgetSetting>(settings, "budget", (before, now) => termsOf(before) !== termsOf(now));
}
