import { removalRefusal, unknownZone, zoneOf } from "#core/budgets/budgets-refusal.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { TimeZones } from "#query-api/time-zones.ts";

/** Why a budget must not be set like this, or removed; null when it may. The fold does not ask it (decision 0009). */
export async function budgetRefusal(
  id: string,
  value: BudgetSetting | null,
  { state, zones }: { readonly state: Pick<SettingsState, "budgets">; readonly zones: TimeZones },
): Promise<string | null> {
  if (value === null) return removalRefusal(state.budgets, id);
  const zone = zoneOf(value);
  return (await zones.knows(zone)) ? null : `period.zone: ${unknownZone(zone)}`;
}
