import { createHash } from "node:crypto";
import { z } from "zod";
import type { AskedBudget } from "#core/budgets/ask-budget.ts";
import { VERDICTS } from "#core/budgets/budget-state.ts";
import type { Decision } from "#core/budgets/decide.ts";
import { formatMoney } from "#core/money.ts";
import { BUDGET_SCOPES } from "#core/settings/budget.ts";
import { reasonOf } from "#query-api/decisions/reason.ts";

const Usd = z.string().nullable().describe("USD, a decimal string, exact; null: not reckoned yet.");

const BudgetOfDecision = z.object({
  budget_id: z.string(),
  scope: z.object({ kind: z.enum(BUDGET_SCOPES), id: z.string().describe("Empty for `all`.") }),
  member: z.string().nullable().describe("Of a budget per member: the pseudonym."),
  verdict: z.enum(VERDICTS),
  hard_limit: z.boolean(),
  limit_usd: z.string().describe("Amount and top-ups of now, a decimal string."),
  spent_usd: Usd,
  remaining_usd: Usd,
  utilization_percent: z.string().nullable().describe("Cut to two places; null: not reckoned yet."),
  from: z.string().describe("The window that holds now, …"),
  to: z.string().describe("… exclusive."),
  resets_at: z.string().describe("When the window or the budget ends; a rolling one moves on by an hour."),
  retry_after_s: z.int().nullable().describe("Of what denies: before that, asking again is of no use."),
  stale: z.boolean().describe("Its figures are missing or older than the budget bears."),
});

export const DecisionAnswer = z.object({
  decision: z.enum(VERDICTS).describe("The most restrictive verdict of all budgets that were asked."),
  reason: z.string().describe("The decision as a sentence."),
  budget_id: z.string().nullable().describe("Of those that make the decision, the one that resets last."),
  resets_at: z.string().nullable(),
  retry_after_s: z.int().nullable(),
  budgets: z
    .array(BudgetOfDecision)
    .describe("What warns or denies; with `all`, every budget that was asked."),
  budgets_asked: z.int().describe("0: nothing of the request has a budget, and it is allowed for that."),
  paid_by: z.object({
    team: z.string().describe("Empty: nobody that is known."),
    cost_center: z.string().describe("Empty: UNALLOCATED."),
  }),
  as_of: z.string().nullable().describe("When the figures were reckoned; null: nobody reckons."),
  data_until: z.string().nullable().describe("All records that Kafka had by then are in them."),
  lag_ms: z.int().nullable().describe("How old the figures may be at most."),
  ttl_ms: z.int().describe("For so long the answer may be held."),
});
export type DecisionAnswer = z.infer<typeof DecisionAnswer>;

export function decisionAnswer(decision: Decision, all: boolean): DecisionAnswer {
  const { by, asked, paidBy } = decision;
  const told = all ? asked : asked.filter(({ verdict }) => verdict !== "allow");
  return {
    decision: decision.decision,
    reason: reasonOf(decision),
    budget_id: by?.budget.id ?? null,
    resets_at: by === null ? null : new Date(by.resetsAtMs).toISOString(),
    retry_after_s: by?.retryAfterS ?? null,
    budgets: told.map(budgetAnswer),
    budgets_asked: asked.length,
    paid_by: { team: paidBy.team, cost_center: paidBy.costCenter },
    as_of: decision.asOf,
    data_until: decision.dataUntil,
    lag_ms: decision.lagMs === null ? null : Math.round(decision.lagMs),
    ttl_ms: Math.round(decision.ttlMs),
  };
}

function budgetAnswer(asked: AskedBudget): z.infer<typeof BudgetOfDecision> {
  const { budget, member, verdict, limit, spent, remaining, window } = asked;
  return {
    budget_id: budget.id,
    scope: { kind: budget.scope.kind, id: "id" in budget.scope ? budget.scope.id : "" },
    member,
    verdict,
    hard_limit: budget.hard_limit,
    limit_usd: formatMoney(limit),
    spent_usd: spent === null ? null : formatMoney(spent),
    remaining_usd: remaining === null ? null : formatMoney(remaining),
    utilization_percent: asked.utilizationPercent,
    from: new Date(window.fromMs).toISOString(),
    to: new Date(window.toMs).toISOString(),
    resets_at: new Date(asked.resetsAtMs).toISOString(),
    retry_after_s: asked.retryAfterS,
    stale: asked.isStale,
  };
}

/** The same as long as nothing is decided otherwise: times of the figures alone do not change it. */
export function tagOf({
  as_of,
  data_until,
  lag_ms,
  ttl_ms,
  retry_after_s,
  budgets,
  ...rest
}: DecisionAnswer) {
  const lasting = budgets.map(({ retry_after_s: _, ...budget }) => budget);
  const text = JSON.stringify([rest, lasting]);
  return `W/"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}
