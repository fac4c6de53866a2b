import type { Metrics } from "#runtime/metrics.ts";

export type BudgetMeasures = ReturnType<typeof budgetMeasures>;

/** One set per process; only the leader's say something. */
export function budgetMeasures(metrics: Metrics) {
  return {
    budgets: metrics.gauge({
      name: "budget_watched_budgets",
      help: "Budgets that are in force and watched.",
    }),
    accounts: metrics.gauge({
      name: "budget_accounts_accounts",
      help: "Scopes and members whose usage is kept.",
    }),
    begun: metrics.counter({
      name: "budget_begins_rounds",
      help: "How often usage was reckoned from what is stored, not from what was known.",
    }),
    beginSeconds: metrics.gauge({
      name: "budget_begin_seconds",
      help: "How long reckoning usage from what is stored took last.",
    }),
    dataUntil: metrics.gauge({
      name: "budget_data_until_seconds",
      help: "All records of before then are in the budgets' usage, in seconds since 1970.",
    }),
    messages: metrics.counter({
      name: "budget_state_messages_records",
      help: "Messages written to the topic of the budgets' state.",
    }),
    fired: metrics.counter({
      name: "budget_alerts_fired_alerts",
      help: "Thresholds of budgets that were put on record as reached.",
      labels: ["kind", "state"],
    }),
    drift: metrics.gauge({
      name: "budget_drift_usd",
      help: "By how much usage in memory differed from the calls when last compared; 0 at rest.",
    }),
    compared: metrics.gauge({
      name: "budget_compared_seconds",
      help: "When usage was last compared with the calls, in seconds since 1970.",
    }),
  };
}
