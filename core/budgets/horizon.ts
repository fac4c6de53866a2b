import { windowAt, windowBefore } from "#core/budgets/windows.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So many days before today a forecast learns from. */
export const FORECAST_DAYS = 28;

/**
 * From when on calls are looked at for some budgets: the window before the one of now, in which late calls are still
 * noticed, and the days that forecasts learn from. In milliseconds, on a whole UTC day.
 */
export function horizonMs(budgets: Iterable<Pick<BudgetSetting, "period">>, nowMs: number): number {
  let first = nowMs - (FORECAST_DAYS + 2) * DAY_MS;
  for (const { period } of budgets)
    first = Math.min(first, windowBefore(period, windowAt(period, nowMs)).fromMs);
  return Math.floor(first / DAY_MS) * DAY_MS;
}

/** From when on calls are looked at hour by hour, for what rolls. */
export function hoursHorizonMs(budgets: Iterable<Pick<BudgetSetting, "period">>, nowMs: number): number {
  let days = 0;
  for (const { period } of budgets) if (period.kind === "rolling") days = Math.max(days, period.days);
  return Math.floor((nowMs - days * DAY_MS) / HOUR_MS) * HOUR_MS;
}
