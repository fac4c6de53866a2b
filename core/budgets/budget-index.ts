import { type Attribute, attributionOf } from "#core/attribution.ts";
import { scopeKey } from "#core/budgets/budget-state.ts";
import { freeModels, type IsFree } from "#core/budgets/free-models.ts";
import { type BudgetWindow, windowAt } from "#core/budgets/windows.ts";
import type { BudgetPeriod, BudgetSetting } from "#core/settings/budget.ts";
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
  const windows = new Map<string, (atMs: number) => BudgetWindow>();
  for (const [id, versioned] of state.budgets) {
    const { period, scope } = versioned.value;
    const text = JSON.stringify(period);
    const window = windows.get(text) ?? rememberedWindow(period);
    windows.set(text, window);
    const indexed = { ...versioned, window };
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

/** Windows take a calendar and a zone to find, and hold for hours. */
function rememberedWindow(period: BudgetPeriod): (atMs: number) => BudgetWindow {
  let last: BudgetWindow | null = null;
  let madeAtMs = 0;
  return (atMs) => {
    // A rolling window reaches back over many moments that have windows of their own.
    const holds = last !== null && atMs >= madeAtMs && atMs < last.toMs;
    if (last === null || !holds) {
      last = windowAt(period, atMs);
      madeAtMs = atMs;
    }
    return last;
  };
}
