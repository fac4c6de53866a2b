import { fitsPattern } from "#core/fits-pattern.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

/** What of a call filters look at; empty is not known, and fits no filter. */
export interface FilteredCall {
  readonly model: string;
  readonly model_canonical: string;
  readonly platform: string;
  readonly gateway: string;
}

/** Whether calls count for a budget with these filters. A model is found by either of its names. */
export function fitsFilters(filters: BudgetSetting["filters"], call: FilteredCall): boolean {
  const { models, platforms, gateways } = filters;
  return (
    (models.length === 0 ||
      models.some((pattern) => isNamed(call.model_canonical, pattern) || isNamed(call.model, pattern))) &&
    (platforms.length === 0 || platforms.includes(call.platform)) &&
    (gateways.length === 0 || gateways.includes(call.gateway))
  );
}

function isNamed(name: string, pattern: string): boolean {
  return name !== "" && fitsPattern(name, pattern);
}
