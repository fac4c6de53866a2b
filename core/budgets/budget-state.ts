import { z } from "zod";
import { Instant } from "#core/event-data.ts";
import { parseMoney } from "#core/money.ts";
import { BUDGET_SCOPES, type BudgetSetting } from "#core/settings/budget.ts";

/**
 * The messages of the topic `spendtrail.budget-state`: how the budgets of a scope stand, by one key a scope, so that the
 * newest message of a key is all there is to know. Written by the leading `jobs` alone; read by the API, and by gateways
 * that want to decide without asking. docs/budgets.md has the contract.
 */

const Usd = z
  .string()
  .refine((text) => parseMoney(text).ok)
  .describe("USD, a decimal string with at most 12 places.");

export const VERDICTS = ["allow", "warn", "deny"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One budget for one scope or member, in one window. */
export const BudgetStanding = z.object({
  budget_id: z.string(),
  version: z.int().describe("Of the setting `budget`."),
  from: Instant.describe("The window that the figures are of, …"),
  to: Instant.describe("… exclusive; a calendar period resets then, a rolling one moves on by an hour."),
  limit_usd: Usd.describe("Amount and top-ups as of `as_of`."),
  spent_usd: Usd.describe("Costs, and `estimated_usd` in it."),
  estimated_usd: Usd.describe("What calls without a price are taken for, by the fallback rates."),
  forecast_usd: z
    .object({ low: Usd, expected: Usd, high: Usd })
    .nullable()
    .describe("At the end of the period; null: too few active days, or rolling."),
  crossed: z.array(z.int()).describe("Thresholds in percent that are reached, in order."),
  verdict: z.enum(VERDICTS).describe("deny: a hard limit and its grace are used up; warn: a threshold is."),
});
export type BudgetStanding = z.infer<typeof BudgetStanding>;

/** Of one scope, or of one member of it. A message without a value: no budget is of the scope any more. */
export const ScopeState = z.object({
  type: z.literal("scope"),
  scope: z.object({ kind: z.enum(BUDGET_SCOPES), id: z.string().describe("Empty for `all`.") }),
  member: z.string().nullable().describe("The pseudonym of a person; null: the scope as a whole."),
  as_of: Instant.describe("When this was reckoned."),
  data_until: Instant.nullable().describe(
    "All records that Kafka had by then are counted; null: none was yet.",
  ),
  settings_offset: z.string(),
  budgets: z.array(BudgetStanding),
});
export type ScopeState = z.infer<typeof ScopeState>;

/** That somebody reckons: every second or so, under the key `evaluator`. What is older than it says is stale. */
export const EvaluatorState = z.object({
  type: z.literal("evaluator"),
  as_of: Instant,
  data_until: Instant.nullable(),
  settings_offset: z.string(),
  budgets: z.int().describe("How many budgets were looked at."),
});
export type EvaluatorState = z.infer<typeof EvaluatorState>;

export const BudgetMessage = z.discriminatedUnion("type", [ScopeState, EvaluatorState]);

export const EVALUATOR_KEY = "evaluator";

/** `team:search`, `all`, `team:search/u_0123…`: the key of a scope's message. */
export function scopeKey(scope: BudgetSetting["scope"] | ScopeState["scope"], member: string | null): string {
  const id = "id" in scope ? scope.id : "";
  const whole = scope.kind === "all" ? "all" : `${scope.kind}:${id}`;
  return member === null ? whole : `${whole}/${member}`;
}
