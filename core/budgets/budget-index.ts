import { type Attribute, attributionOf } from "#core/attribution.ts";
import { scopeKey } from "#core/budgets/budget-state.ts";
import { freeModels, type IsFree } from "#core/budgets/free-models.ts";
import { rememberWindows } from "#core/budgets/remembered-windows.ts";
import type { BudgetWindow } from "#core/budgets/windows.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";

/** A budget, ready to be asked often. */
export interface IndexedBudget extends Versioned<BudgetSetting> {
  /** The window that holds a moment; worked out once a window. */
  window(atMs: number): BudgetWindow;
}

/** What decisions look up in one state of the settings, however many budgets there are. */
export interface BudgetIndex {
  readonly settingsOffset: bigint;
  /** Budgets of a scope by its key as the topic has it, and `all`. */
  ofScope(key: string): readonly IndexedBudget[];
  budget(id: string): IndexedBudget | undefined;
  gatewayOf(source: string): string | undefined;
  readonly attribute: Attribute;
  readonly isFree: IsFree;
}

type Settings = Pick<SettingsState, "offset" | "budgets" | "allocations" | "prices" | "sources">;

/** Made once a state of the settings: it takes a walk over all of them. */
export function createBudgetIndex(state: Settings): BudgetIndex {
  const byId = new Map<string, IndexedBudget>();
  const byScope = new Map<string, IndexedBudget[]>();
  const windowsOf = rememberWindows();
  for (const [id, versioned] of state.budgets) {
    const { period, scope } = versioned.value;
    const indexed = { ...versioned, window: (atMs: number) => windowsOf(period, atMs).now };
    byId.set(id, indexed);
    const key = scopeKey(scope, null);
    const same = byScope.get(key);
    if (same === undefined) byScope.set(key, [indexed]);
    else same.push(indexed);
  }
  return {
    settingsOffset: state.offset,
    ofScope: (key) => byScope.get(key) ?? [],
    budget: (id) => byId.get(id),
    gatewayOf: (source) => state.sources.get(source)?.value.gateway,
    attribute: attributionOf(state),
    isFree: freeModels(state.prices.values()),
  };
}
