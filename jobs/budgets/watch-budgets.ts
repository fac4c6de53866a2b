import type { Alert } from "#core/alert.ts";
import type { Account } from "#core/budgets/accounts.ts";
import { isInForce, limitAt } from "#core/budgets/limit.ts";
import { rememberWindows } from "#core/budgets/remembered-windows.ts";
import { termsOf } from "#core/budgets/terms.ts";
import type { BudgetWindow } from "#core/budgets/windows.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import { defaultReceivers } from "#core/settings/receiver.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";
import { findingsOf, type Reckoned } from "#jobs/budgets/findings.ts";
import { forecastDays } from "#jobs/budgets/forecast-days.ts";
import type { Office } from "#jobs/budgets/office.ts";
import { evaluate, spentOf, withForecast } from "#jobs/budgets/standing-of.ts";

export interface RoundAsked {
  readonly state: SettingsState;
  /** null: a whole round, of all budgets. */
  readonly moved: ReadonlySet<Account> | null;
  readonly nowMs: number;
  readonly dataUntil: string | null;
  /** Since when a budget has the terms that it has. */
  readonly termsSince: (budgetId: string) => number | undefined;
}

/** Forecasts, ends of alerts and what changes by the clock are looked at so often, and whenever settings change. */
export const WHOLE_MS = 60_000;

const daysOf = forecastDays();
const windowsOf = rememberWindows();

/**
 * How budgets stand now, put into the office's standings, and the alerts that follow. Between whole rounds only what
 * moved is looked at, and only what is really spent may fire.
 */
export function watchBudgets(office: Office, asked: RoundAsked): readonly Alert[] {
  const { state, moved, nowMs } = asked;
  const defaults = defaultReceivers(state.receivers.values());
  const changes: Alert[] = [];
  const lookAtAccount = (budget: Versioned<BudgetSetting>, account: Account) => {
    const { value } = budget;
    if (account.member !== null && value.members.length > 0 && !value.members.includes(account.member))
      return;
    const key = `${value.id} ${account.member ?? ""}`;
    const windows = windowsOf(value.period, nowMs);
    const at = { window: windows.now, nowMs };
    const now =
      moved === null
        ? evaluate(budget, account, at, daysOf)
        : withForecast(evaluate(budget, account, at), office.forecasts.get(key) ?? null);
    if (moved === null) office.forecasts.set(key, now.forecast);
    office.standings.put(value, account, now);
    const reckoned: Reckoned = {
      ...{ budget: value, version: budget.version, terms: () => termsOf(value), member: account.member },
      ...{ window: now.window, spent: now.spent, limit: now.limit },
      expected: now.forecast?.expected ?? null,
      receivers: value.receivers ?? defaults,
      dataUntil: asked.dataUntil,
    };
    const { alerts } = office;
    const findings = findingsOf(reckoned);
    changes.push(...(moved === null ? alerts.look(findings, nowMs) : alerts.glance(findings, nowMs)));
    changes.push(...lookBack(office, reckoned, { account, window: windows.before, asked }));
  };
  if (moved === null) {
    const inForce = new Map([...state.budgets].filter(([, { value }]) => isInForce(value, nowMs)));
    for (const budget of inForce.values())
      for (const account of office.book.accounts.potOf(budget.value.id)?.accounts.values() ?? [])
        lookAtAccount(budget, account);
    office.standings.keepOnly(new Set(inForce.keys()));
    const terms = (id: string) => {
      const budget = inForce.get(id);
      return budget === undefined ? undefined : termsOf(budget.value);
    };
    changes.push(...office.alerts.sweep(terms, nowMs));
    office.wholeAtMs = nowMs;
    office.boundaryMs = nextBoundary(state, inForce, nowMs);
  } else
    for (const account of moved)
      for (const id of account.pot.budgetIds) {
        const budget = state.budgets.get(id);
        if (budget !== undefined && isInForce(budget.value, nowMs)) lookAtAccount(budget, account);
      }
  return changes;
}

/** The window before the one of now, for which a call may come late. */
function lookBack(
  { alerts }: Office,
  now: Reckoned,
  given: { readonly account: Account; readonly window: BudgetWindow; readonly asked: RoundAsked },
): readonly Alert[] {
  const { budget } = now;
  if (budget.period.kind === "rolling") return [];
  const { account, window, asked } = given;
  const { spent } = spentOf(budget, account, window);
  // Nothing was spent, or the budget was another then: nobody was to hear of it.
  if (spent === 0n || (asked.termsSince(budget.id) ?? Number.POSITIVE_INFINITY) >= window.toMs) return [];
  const limit = limitAt(budget, window.toMs - 1);
  const findings = findingsOf({ ...now, window, spent, limit, expected: null });
  return alerts.lookBack(findings, asked.nowMs);
}

function nextBoundary(
  { budgets }: SettingsState,
  inForce: ReadonlyMap<string, Versioned<BudgetSetting>>,
  nowMs: number,
): number {
  let next = Number.POSITIVE_INFINITY;
  const consider = (ms: number) => {
    if (ms > nowMs && ms < next) next = ms;
  };
  const windows = new Map<string, BudgetSetting["period"]>();
  for (const { value } of inForce.values()) windows.set(JSON.stringify(value.period), value.period);
  for (const period of windows.values()) consider(windowsOf(period, nowMs).now.toMs);
  for (const { value } of budgets.values()) {
    for (const time of [value.valid_from, value.valid_to]) if (time !== null) consider(Date.parse(time));
    for (const { from, expires_at } of value.top_ups) {
      consider(Date.parse(from));
      consider(Date.parse(expires_at));
    }
  }
  return next;
}
