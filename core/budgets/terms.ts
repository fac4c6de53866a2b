import { eventId } from "#core/identity.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

/**
 * What a budget's thresholds are measured by, as a short hash: another one makes other alerts. Who hears of it, notes and
 * what is answered when figures are stale are no terms, so that changing those rings nobody's phone.
 */
export function termsOf(budget: BudgetSetting): string {
  const { scope, mode, members, filters, amount_usd, period, basis, thresholds, top_ups } = budget;
  const measured = { scope, mode, members, filters, amount_usd, period, basis, thresholds, top_ups };
  return eventId("budget-terms", [JSON.stringify(measured)]).slice(0, 12);
}
