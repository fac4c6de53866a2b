import {
  BudgetMessage,
  EVALUATOR_KEY,
  type EvaluatorState,
  type ScopeState,
  scopeKey,
} from "#core/budgets/budget-state.ts";
import type { BudgetSnapshot } from "#runtime/budgets/budget-snapshot.ts";

export interface StandingsHeld extends BudgetSnapshot {
  /** Takes one message of the topic; false: it is no such thing, and nothing has changed. */
  take(key: Buffer | null, value: Buffer | null): boolean;
}

/** The newest message of each key, and where each budget stands in them. */
export function holdStandings(): StandingsHeld {
  const scopes = new Map<string, ScopeState>();
  const keysOf = new Map<string, Set<string>>();
  let evaluator: EvaluatorState | null = null;

  const put = (key: string, state: ScopeState | null): void => {
    for (const { budget_id } of scopes.get(key)?.budgets ?? []) {
      const keys = keysOf.get(budget_id);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(budget_id);
    }
    if (state === null) return void scopes.delete(key);
    scopes.set(key, state);
    for (const { budget_id } of state.budgets) {
      const keys = keysOf.get(budget_id);
      if (keys === undefined) keysOf.set(budget_id, new Set([key]));
      else keys.add(key);
    }
  };

  return {
    scope: (key) => scopes.get(key) ?? null,
    ofBudget: (budgetId) => [...(keysOf.get(budgetId) ?? [])].flatMap((key) => scopes.get(key) ?? []),
    evaluator: () => evaluator,
    take: (rawKey, value) => {
      if (rawKey === null) return false;
      const key = rawKey.toString("utf8");
      if (value === null) {
        if (key === EVALUATOR_KEY) evaluator = null;
        else put(key, null);
        return true;
      }
      const message = read(value);
      if (message === null) return false;
      // A message under another's key would stand for that one's budgets.
      const own = message.type === "evaluator" ? EVALUATOR_KEY : scopeKey(message.scope, message.member);
      if (key !== own) return false;
      if (message.type === "evaluator") evaluator = message;
      else put(key, message);
      return true;
    },
  };
}

function read(value: Buffer): EvaluatorState | ScopeState | null {
  try {
    return BudgetMessage.safeParse(JSON.parse(value.toString("utf8"))).data ?? null;
  } catch {
    return null;
  }
}
