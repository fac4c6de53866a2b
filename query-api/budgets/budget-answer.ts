import { z } from "zod";
import type { Verdict } from "#core/budgets/budget-state.ts";
import { isInForce, limitAt } from "#core/budgets/limit.ts";
import { formatMoney } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { Versioned } from "#core/settings/state.ts";
import { Integer } from "#query-api/answer-types.ts";
import { Standing, standingsOf } from "#query-api/budgets/standing-answer.ts";
import type { BudgetSnapshot } from "#runtime/budgets/budget-snapshot.ts";

export const BudgetAnswer = z.object({
  id: z.string(),
  version: z.int(),
  settings_offset: Integer.describe("Of the change that made this version."),
  value: z.record(z.string(), z.unknown()).describe("The setting `budget`."),
  in_force: z.boolean().describe("Whether now is between `valid_from` and `valid_to`."),
  limit_usd: z.string().describe("The amount and the top-ups that are in force now."),
  standing: Standing.nullable().describe(
    "Of a pool. null: it is not reckoned yet, or the budget is one per member.",
  ),
  members: z
    .object({ reckoned: z.int(), allow: z.int(), warn: z.int(), deny: z.int() })
    .nullable()
    .describe("Of a budget per member: how many stand how; `/v1/budgets/{id}/status` lists them."),
});
export type BudgetAnswer = z.infer<typeof BudgetAnswer>;

export function budgetAnswer(
  { value, version, offset }: Versioned<BudgetSetting>,
  snapshot: BudgetSnapshot | undefined,
  nowMs: number,
): BudgetAnswer {
  const { whole, members } = standingsOf(snapshot, value, nowMs);
  const count = (verdict: Verdict) =>
    [...members.values()].filter((standing) => standing.verdict === verdict).length;
  return {
    ...{ id: value.id, version, settings_offset: offset, value: { ...value } },
    in_force: isInForce(value, nowMs),
    limit_usd: formatMoney(limitAt(value, nowMs)),
    standing: value.mode === "pool" ? whole : null,
    members:
      value.mode === "pool"
        ? null
        : { reckoned: members.size, allow: count("allow"), warn: count("warn"), deny: count("deny") },
  };
}
