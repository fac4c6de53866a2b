import type { ThresholdFinding } from "#core/budgets/budget-alerts.ts";
import { scopeKey } from "#core/budgets/budget-state.ts";
import type { BudgetWindow } from "#core/budgets/windows.ts";
import { formatMoney, type Money } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

/** What one budget's account came to in a window. */
export interface Reckoned {
  readonly budget: BudgetSetting;
  readonly version: number;
  readonly terms: () => string;
  readonly member: string | null;
  readonly window: BudgetWindow;
  readonly spent: bigint;
  readonly limit: bigint;
  /** What the period is expected to end at; null: nothing is said. */
  readonly expected: bigint | null;
  readonly receivers: readonly string[];
  readonly dataUntil: string | null;
}

/** Every threshold of a budget, reached or not. */
export function findingsOf(reckoned: Reckoned): readonly ThresholdFinding[] {
  const { budget, spent, expected } = reckoned;
  return [
    ...budget.thresholds.actual.map((percent) => finding("budget_actual", percent, spent, reckoned)),
    ...(expected === null
      ? []
      : budget.thresholds.forecast.map((percent) => finding("budget_forecast", percent, expected, reckoned))),
  ];
}

function finding(
  kind: ThresholdFinding["kind"],
  percent: number,
  amount: bigint,
  { budget, version, terms, member, window, spent, limit, expected, receivers, dataUntil }: Reckoned,
): ThresholdFinding {
  const isRolling = budget.period.kind === "rolling";
  return {
    ...{ kind, percent, amount, limit, receivers, window },
    budgetId: budget.id,
    labels: () => ({
      budget_id: budget.id,
      terms: terms(),
      scope: scopeKey(budget.scope, null),
      threshold: String(percent),
      period: budget.period.kind,
      // A rolling window has no begin that would tell one alert from the next.
      ...(isRolling ? {} : { from: timeOf(window.fromMs), to: timeOf(window.toMs) }),
      ...(member === null ? {} : { member }),
    }),
    details: () => ({
      budget_version: String(version),
      limit_usd: formatMoney(limit as Money),
      spent_usd: formatMoney(spent as Money),
      ...(expected === null ? {} : { expected_usd: formatMoney(expected as Money) }),
      from: timeOf(window.fromMs),
      to: timeOf(window.toMs),
      zone: budget.period.kind === "rolling" ? "UTC" : budget.period.zone,
      hard_limit: String(budget.hard_limit),
      data_until: dataUntil ?? "",
    }),
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
