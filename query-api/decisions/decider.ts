import type { KnownStandings } from "#core/budgets/ask-budget.ts";
import { type BudgetIndex, createBudgetIndex } from "#core/budgets/budget-index.ts";
import { type Decision, decide } from "#core/budgets/decide.ts";
import type { DecisionRequest } from "#core/budgets/decision-request.ts";
import { failure } from "#core/failure.ts";
import { USER_REF } from "#core/user-ref.ts";
import type { ApiDeps } from "#query-api/deps.ts";

export type Decider = (request: DecisionRequest) => Decision;

const NOTHING_KNOWN: KnownStandings = { scope: () => null, evaluator: () => null };

/** Answers from memory alone; what is looked up is made anew when the settings have moved. */
export function createDecider(
  deps: Pick<ApiDeps, "settings" | "budgets" | "pseudonymOf" | "metrics" | "clock">,
): Decider {
  const { settings, budgets = NOTHING_KNOWN, metrics, clock } = deps;
  const decisions = metrics.counter({
    name: "budget_decisions",
    help: "Answers to whether something may still spend, by outcome.",
    labels: ["decision"],
  });
  const seconds = metrics.histogram({
    name: "budget_decision_seconds",
    help: "Time to decide once.",
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.02, 0.1],
  });
  const age = { name: "budget_snapshot_age_seconds", help: "Since budgets were reckoned last; -1: never." };
  metrics.watch(age, () => {
    const evaluator = budgets.evaluator();
    return evaluator === null ? -1 : (clock().getTime() - Date.parse(evaluator.as_of)) / 1000;
  });
  let index: BudgetIndex | null = null;
  return (request) => {
    const beganMs = performance.now();
    const state = settings.state();
    if (index?.settingsOffset !== state.offset) index = createBudgetIndex(state);
    const decision = decide(index, budgets, withPseudonym(request, deps), clock().getTime());
    seconds.observe((performance.now() - beganMs) / 1000);
    decisions.inc({ decision: decision.decision });
    return decision;
  };
}

/** @throws failure REQUEST_INVALID for a name where no pseudonym can be made of it */
function withPseudonym(
  request: DecisionRequest,
  { pseudonymOf }: Pick<ApiDeps, "pseudonymOf">,
): DecisionRequest {
  const { user } = request;
  if (user === undefined || USER_REF.test(user)) return request;
  if (pseudonymOf !== undefined) return { ...request, user: pseudonymOf(user) };
  throw failure("REQUEST_INVALID", {
    faults:
      "body/user: is no pseudonym (u_ and 32 hex digits), and the API has no SPENDTRAIL_PERSON_SALT to make one",
  });
}
