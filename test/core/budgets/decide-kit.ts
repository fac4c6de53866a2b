import type { KnownStandings } from "#core/budgets/ask-budget.ts";
import { type EvaluatorState, type ScopeState, scopeKey } from "#core/budgets/budget-state.ts";
import { windowAt } from "#core/budgets/windows.ts";
import { AllocationSetting as AllocationSchema, type AllocationSetting } from "#core/settings/allocation.ts";
import { BudgetSetting } from "#core/settings/budget.ts";
import { NO_SETTINGS, type SettingsState, type Versioned } from "#core/settings/state.ts";

export const NOW = "2026-11-23T12:00:00.000Z";
export const NOW_MS = Date.parse(NOW);
export const ADA = `u_${"a".repeat(32)}`;

export type BudgetInput = Partial<ReturnType<typeof BudgetSetting.parse>> & { readonly id: string };

/** A hard budget of 100 USD a month of the team search, changed. */
export function budgetOf(change: BudgetInput): BudgetSetting {
  return BudgetSetting.parse({
    scope: { kind: "team", id: "search" },
    amount_usd: "100",
    period: { kind: "month", zone: "UTC" },
    hard_limit: true,
    ...change,
  });
}

export function stateOf(
  budgets: readonly BudgetInput[],
  more: Partial<SettingsState> & { readonly rules?: readonly Partial<AllocationSetting>[] } = {},
): SettingsState {
  const { rules = [], ...rest } = more;
  const versioned = <Value extends { readonly id: string }>(values: readonly Value[]) =>
    new Map(values.map((value): [string, Versioned<Value>] => [value.id, { version: 1, offset: 0n, value }]));
  const allocations = rules.map((rule, at) =>
    AllocationSchema.parse({ id: `rule-${at}`, effective_from: "2026-01-01T00:00:00.000Z", ...rule }),
  );
  return {
    ...NO_SETTINGS,
    offset: 0n,
    budgets: versioned(budgets.map(budgetOf)),
    allocations: versioned(allocations),
    ...rest,
  };
}

/** What the topic would hold of a budget that has spent so much in the window of a moment. */
export function standingOf(budget: BudgetSetting, spentUsd: string, atMs = NOW_MS) {
  const { fromMs, toMs } = windowAt(budget.period, atMs);
  return {
    ...{ budget_id: budget.id, version: 1, limit_usd: budget.amount_usd, spent_usd: spentUsd },
    ...{ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() },
    ...{ estimated_usd: "0", forecast_usd: null, crossed: [], verdict: "allow" as const },
  };
}

export function scopeStateOf(
  scope: BudgetSetting["scope"],
  budgets: ScopeState["budgets"],
  member: string | null = null,
): ScopeState {
  const { kind } = scope;
  return {
    ...{ type: "scope", scope: { kind, id: "id" in scope ? scope.id : "" }, member },
    ...{ as_of: NOW, data_until: NOW, settings_offset: "0", budgets },
  };
}

export interface Spent {
  readonly id: string;
  readonly usd: string;
  readonly member?: string;
  readonly atMs?: number;
}

/** How the budgets of a state stand where so much is spent. */
export function standingsOf(
  state: SettingsState,
  spent: readonly Spent[],
  evaluator: Partial<EvaluatorState> | null = {},
): KnownStandings {
  const scopes = new Map<string, ScopeState>();
  for (const { id, usd, member = null, atMs } of spent) {
    const budget = state.budgets.get(id)?.value;
    if (budget === undefined) throw new Error(`no budget ${id}`);
    const key = scopeKey(budget.scope, member);
    const others = scopes.get(key)?.budgets ?? [];
    scopes.set(key, scopeStateOf(budget.scope, [...others, standingOf(budget, usd, atMs)], member));
  }
  const alive = { type: "evaluator", as_of: NOW, data_until: NOW, settings_offset: "0", budgets: 1 } as const;
  return {
    scope: (key) => scopes.get(key) ?? null,
    evaluator: () => (evaluator === null ? null : { ...alive, ...evaluator }),
  };
}
