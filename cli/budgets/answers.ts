import { z } from "zod";
import type { BudgetSetting } from "#core/settings/budget.ts";

const text = z.string().nullable();

/** What the API tells of a budget, as far as the verbs show it. */
export const Standing = z.looseObject({
  ...{ from: z.string(), to: z.string(), is_current: z.boolean(), limit_usd: z.string() },
  ...{ spent_usd: z.string(), estimated_usd: z.string(), remaining_usd: z.string() },
  ...{ utilisation_percent: z.string(), crossed: z.array(z.number()), verdict: z.string() },
  forecast_usd: z.object({ low: z.string(), expected: z.string(), high: z.string() }).nullable(),
});
export type Standing = z.output<typeof Standing>;

export const Budget = z.looseObject({
  ...{ id: z.string(), version: z.int(), in_force: z.boolean(), limit_usd: z.string() },
  // The API has parsed it; what a later one says beside it is not shown.
  value: z.custom<BudgetSetting>((value) => typeof value === "object" && value !== null),
  standing: Standing.nullable(),
  members: z.object({ reckoned: z.int(), allow: z.int(), warn: z.int(), deny: z.int() }).nullable(),
});
export type Budget = z.output<typeof Budget>;

export const Reckoned = { as_of: text, data_until: text, lag_ms: z.number().nullable() };

export function scopeText({ scope, mode }: BudgetSetting): string {
  const whole = "id" in scope ? `${scope.kind} ${scope.id}` : "all";
  return mode === "per_member" ? `${whole}, per member` : whole;
}

export function periodText({ period }: BudgetSetting): string {
  if (period.kind === "rolling") return `rolling ${period.days} days`;
  const from = period.kind === "fiscal_month" ? ` from the ${period.start_day}.` : "";
  const week = period.kind === "week" ? ` from ${period.week_start}` : "";
  return `${period.kind.replace("_", " ")}${from}${week}, ${period.zone}`;
}

/** How fresh figures are, as a line. */
export function freshness(at: { readonly as_of: string | null; readonly lag_ms: number | null }): string {
  if (at.as_of === null)
    return "Nothing is reckoned yet: it takes `spendtrail jobs`, and some seconds after it starts.";
  const lag = at.lag_ms === null ? "no record is counted yet" : `${(at.lag_ms / 1000).toFixed(1)} s behind`;
  return `As of ${at.as_of}, ${lag}.`;
}
