import { type Account, spentIn } from "#core/budgets/accounts.ts";
import type { BudgetStanding } from "#core/budgets/budget-state.ts";
import { type Forecast, forecastOf } from "#core/budgets/forecast.ts";
import { verdictOf } from "#core/budgets/verdict.ts";
import type { BudgetWindow } from "#core/budgets/windows.ts";
import { formatMoney, type Money } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { ForecastDays } from "#jobs/budgets/forecast-days.ts";

/** How a budget stands in a window, in 1e-12 USD, and as others read it. */
export interface Evaluated {
  readonly window: BudgetWindow;
  readonly spent: bigint;
  readonly limit: Money;
  readonly forecast: Forecast | null;
  readonly standing: BudgetStanding;
}

/** What an account spent in a window. What has no price counts as it is taken for. */
export function spentOf({ basis }: Pick<BudgetSetting, "basis">, account: Account, window: BudgetWindow) {
  const { cost, list, estimated } = spentIn(account, window);
  return { spent: (basis === "list" ? list : cost) + estimated, estimated };
}

/** How an account stands for one budget, in the window that holds the moment. */
export function evaluate(
  { value: budget, version }: { readonly value: BudgetSetting; readonly version: number },
  account: Account,
  { window, nowMs }: { readonly window: BudgetWindow; readonly nowMs: number },
  /** Absent: the forecast is left out. */
  daysOf?: (zone: string, window: BudgetWindow, nowMs: number) => ForecastDays,
): Evaluated {
  const { spent, estimated } = spentOf(budget, account, window);
  const { verdict, limit, crossed } = verdictOf(budget, spent as Money, nowMs);
  const forecast =
    budget.period.kind === "rolling" || daysOf === undefined
      ? null
      : forecastOf({
          spent,
          ...daysOf(budget.period.zone, window, nowMs),
          spentOn: (startS) => spendOn(budget, account, startS),
        });
  return {
    window,
    spent,
    limit,
    forecast,
    standing: {
      budget_id: budget.id,
      version,
      from: new Date(window.fromMs).toISOString(),
      to: new Date(window.toMs).toISOString(),
      limit_usd: formatMoney(limit),
      spent_usd: usd(spent),
      estimated_usd: usd(estimated),
      forecast_usd: forecast === null ? null : told(forecast),
      crossed: [...crossed],
      verdict,
    },
  };
}

function spendOn({ basis }: BudgetSetting, { cells }: Account, startS: number): bigint {
  const spend = cells.get(startS);
  return spend === undefined ? 0n : (basis === "list" ? spend.list : spend.cost) + spend.estimated;
}

/** The same with a forecast of before. */
export function withForecast(evaluated: Evaluated, forecast: Forecast | null): Evaluated {
  const forecast_usd = forecast === null ? null : told(forecast);
  return { ...evaluated, forecast, standing: { ...evaluated.standing, forecast_usd } };
}

function told({ low, expected, high }: Forecast) {
  return { low: usd(low), expected: usd(expected), high: usd(high) };
}

function usd(units: bigint): string {
  return formatMoney(units as Money);
}
