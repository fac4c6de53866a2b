import type { ForecastDay } from "#core/budgets/forecast.ts";
import { FORECAST_DAYS } from "#core/budgets/horizon.ts";
import type { BudgetWindow } from "#core/budgets/windows.ts";
import { instantOfLocalDate, localDate, localDays } from "#core/local-time.ts";

export interface ForecastDays {
  readonly history: readonly ForecastDay[];
  readonly today: ForecastDay;
  readonly rest: readonly ForecastDay[];
}

const DAY_MS = 86_400_000;
/** Zones times periods in use; more than these are reckoned again. */
const KNOWN_MAX = 1_000;

/** The local days that a forecast is about, reckoned once for all budgets of a zone and window. */
export function forecastDays(): (zone: string, window: BudgetWindow, nowMs: number) => ForecastDays {
  const known = new Map<string, ForecastDays>();
  return (zone, window, nowMs) => {
    const date = localDate(nowMs, zone);
    const key = `${zone} ${window.toMs} ${date}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size > KNOWN_MAX) known.clear();
    const todayMs = instantOfLocalDate(date, zone);
    // A day of 25 hours among them must not cost the first one.
    const fromMs = todayMs - FORECAST_DAYS * DAY_MS - DAY_MS / 2;
    const made = {
      history: localDays(fromMs, todayMs, zone).map(dayOf).slice(-FORECAST_DAYS),
      today: dayOf({ date, startMs: todayMs }),
      rest: localDays(todayMs, window.toMs, zone).map(dayOf),
    };
    known.set(key, made);
    return made;
  };
}

function dayOf({ date, startMs }: { readonly date: string; readonly startMs: number }): ForecastDay {
  return { startS: startMs / 1000, weekday: new Date(`${date}T00:00:00Z`).getUTCDay() };
}
