import type { Account } from "#core/budgets/accounts.ts";
import { type ScopeState, scopeKey } from "#core/budgets/budget-state.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { Evaluated } from "#jobs/budgets/standing-of.ts";

/** What every message says of the round that it is of. */
export interface RoundFacts {
  readonly asOf: string;
  readonly dataUntil: string | null;
  readonly settingsOffset: string;
}

/** How everything stands, by the keys of the topic. */
export interface Standings {
  put(budget: BudgetSetting, account: Account, evaluated: Evaluated): void;
  /** Budgets that are gone or not in force take their standings with them. */
  keepOnly(budgetIds: ReadonlySet<string>): void;
  /** Messages that have to be sent now; null: nothing is of the key any more. */
  due(facts: RoundFacts, nowMs: number): ReadonlyMap<string, ScopeState | null>;
}

/** A change of figures alone is told this often; one of a verdict, a threshold, a limit or a window at once. */
const FIGURES_MS = 2_000;

interface Entry {
  readonly scope: ScopeState["scope"];
  readonly member: string | null;
  readonly budgets: Map<string, Evaluated["standing"]>;
  toldAtMs: number;
  told: { readonly urgent: string; readonly all: string } | null;
}

/** @param told keys that are on the topic already, of a leader before */
export function openStandings(told: Iterable<string>): Standings {
  const entries = new Map<string, Entry>();
  const dirty = new Set<string>();
  const strangers = new Set(told);
  return {
    put: (budget, { member }, { standing }) => {
      const key = scopeKey(budget.scope, member);
      let entry = entries.get(key);
      if (entry === undefined) {
        const scope = { kind: budget.scope.kind, id: "id" in budget.scope ? budget.scope.id : "" };
        entry = { scope, member, budgets: new Map(), toldAtMs: 0, told: null };
        entries.set(key, entry);
      }
      entry.budgets.set(budget.id, standing);
      dirty.add(key);
    },
    keepOnly: (budgetIds) => {
      for (const [key, { budgets }] of entries)
        for (const id of budgets.keys())
          if (!budgetIds.has(id)) {
            budgets.delete(id);
            dirty.add(key);
          }
    },
    due: (facts, nowMs) => {
      const messages = new Map<string, ScopeState | null>();
      for (const key of dirty) {
        const entry = entries.get(key);
        if (entry === undefined) continue;
        strangers.delete(key);
        if (entry.budgets.size === 0) {
          messages.set(key, null);
          entries.delete(key);
          dirty.delete(key);
          continue;
        }
        const budgets = [...entry.budgets.values()];
        const all = JSON.stringify(budgets);
        const urgent = JSON.stringify(budgets.map(urgentPart));
        const isSame = entry.told?.all === all;
        if (!isSame && entry.told?.urgent === urgent && nowMs - entry.toldAtMs < FIGURES_MS) continue;
        dirty.delete(key);
        if (isSame) continue;
        entry.told = { urgent, all };
        entry.toldAtMs = nowMs;
        messages.set(key, {
          type: "scope",
          scope: entry.scope,
          member: entry.member,
          as_of: facts.asOf,
          data_until: facts.dataUntil,
          settings_offset: facts.settingsOffset,
          budgets,
        });
      }
      for (const key of strangers) if (!entries.has(key)) messages.set(key, null);
      strangers.clear();
      return messages;
    },
  };
}

function urgentPart({ budget_id, version, from, limit_usd, crossed, verdict }: Evaluated["standing"]) {
  return [budget_id, version, from, limit_usd, crossed, verdict];
}
