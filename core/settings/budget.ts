import { z } from "zod";
import { WEEK_DAYS } from "#core/calendar.ts";
import { Instant, Text } from "#core/event-data.ts";
import { parseMoney } from "#core/money.ts";
import { ReceiverName } from "#core/settings/receiver.ts";
import { USER_REF } from "#core/user-ref.ts";

/** What a budget can be of; `all` is everything that the deployment pays for. */
export const BUDGET_SCOPES = ["all", "organization", "cost_center", "team", "tag", "user", "key"] as const;
export type BudgetScopeKind = (typeof BUDGET_SCOPES)[number];

export const BUDGETS_MAX = 100_000;
/** A chain of parents longer than this is a mistake. */
export const PARENTS_MAX = 10;

/** The stable id of a budget: it stands in alerts, in addresses and in files. */
export const BudgetId = z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,99}$/);

/** Up to this an amount, all of its top-ups and what is spent beside them fit every column and sum. */
const AMOUNT_MAX = 10n ** 12n * 10n ** 12n;

/** More than nothing, exact: a plain decimal with at most 12 places. */
const Amount = z.string().refine((text) => {
  const read = parseMoney(text);
  return read.ok && read.value > 0n && read.value <= AMOUNT_MAX;
}, "must be a plain decimal above 0 with at most 12 places, at most 1000000000000");

const Percents = z
  .array(z.int().min(1).max(1000))
  .max(20)
  .refine((list) => list.every((percent, at) => at === 0 || percent > (list[at - 1] ?? 0)), {
    message: "must go up, each once",
  });

const Zone = z.string().min(1).max(64).default("UTC").describe("The IANA time zone whose days count.");

/** When a budget begins anew. A rolling one never does: it looks back over so many days, hour by hour. */
const BudgetPeriod = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("day"), zone: Zone }),
  z.strictObject({ kind: z.literal("week"), zone: Zone, week_start: z.enum(WEEK_DAYS).default("monday") }),
  z.strictObject({ kind: z.literal("month"), zone: Zone }),
  z.strictObject({ kind: z.literal("quarter"), zone: Zone }),
  z.strictObject({
    kind: z.literal("fiscal_month"),
    zone: Zone,
    start_day: z.int().min(1).max(28).describe("The day of the month that fiscal months begin on."),
  }),
  z.strictObject({ kind: z.literal("rolling"), days: z.int().min(1).max(92) }),
]);
export type BudgetPeriod = z.infer<typeof BudgetPeriod>;

const TopUp = z.strictObject({
  id: BudgetId,
  amount_usd: Amount,
  from: Instant.describe("The limit is higher from this time on, …"),
  expires_at: Instant.describe("… up to this, exclusive."),
  note: Text.nullable().default(null),
});

const filter = (what: string) => z.array(Text).max(100).default([]).describe(`${what}; empty: all.`);

/**
 * How much something may cost in a period, who hears of it, and what is answered to a gateway that asks. The usage is
 * a sum over the calls and never kept with the budget, so that no change of one can reset it.
 */
export const BudgetSetting = z.strictObject({
  id: BudgetId.describe("Stable id, such as `search-monthly`."),
  scope: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("all") }),
      z.strictObject({
        kind: z.enum(["organization", "cost_center", "team", "tag", "key"]),
        id: Text.describe("Sign for sign as calls have it."),
      }),
      z.strictObject({
        kind: z.literal("user"),
        id: z.string().regex(USER_REF, "must be a pseudonym (u_ and 32 hex digits)"),
      }),
    ])
    .describe("Whose calls count."),
  mode: z
    .enum(["pool", "per_member"])
    .default("pool")
    .describe("`pool`: one amount for all of the scope. `per_member`: the amount for each person in it."),
  members: z
    .array(z.string().regex(USER_REF))
    .max(10_000)
    .default([])
    .describe("Of `per_member`: only these persons, by pseudonym; empty: everybody with calls in the scope."),
  filters: z
    .strictObject({
      models: filter("Model names, canonical or as the record says; `*` is any text"),
      platforms: filter("Platforms"),
      gateways: filter("Gateways"),
    })
    .default({ models: [], platforms: [], gateways: [] })
    .describe("Only these calls."),
  amount_usd: Amount.describe("USD a period, a decimal string."),
  period: BudgetPeriod,
  basis: z
    .enum(["contracted", "list"])
    .default("contracted")
    .describe("What a call costs: after discounts, or by the list price."),
  thresholds: z
    .strictObject({
      actual: Percents.default([50, 80, 95, 100]).describe("Percent of the limit that is spent."),
      forecast: Percents.default([100]).describe(
        "Percent of the limit that the period is expected to end at.",
      ),
    })
    .default({ actual: [50, 80, 95, 100], forecast: [100] }),
  receivers: z
    .array(ReceiverName)
    .max(20)
    .nullable()
    .default(null)
    .describe("Who hears of it; null: the receivers that are marked as default; empty: nobody."),
  hard_limit: z
    .boolean()
    .default(false)
    .describe(
      "true: what asks whether it may still spend is denied once the limit and the grace are used up.",
    ),
  grace_percent: z.int().min(0).max(100).default(0).describe("Of the limit, before a hard limit denies."),
  on_stale: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe("What a hard limit answers when the figures are older than `stale_after_s`."),
  stale_after_s: z.int().min(5).max(86_400).default(60),
  valid_from: Instant.nullable().default(null).describe("In force from this time on; null: at once."),
  valid_to: Instant.nullable().default(null).describe("Exclusive; null: until it is removed."),
  top_ups: z.array(TopUp).max(100).default([]),
  parent: BudgetId.nullable()
    .default(null)
    .describe("A budget that is asked as well whenever this one is, such as the department's of a team."),
  note: Text.nullable().default(null),
});
export type BudgetSetting = z.infer<typeof BudgetSetting>;

/** Why a budget must not become this; null when it may. Receivers are not looked at: one may be made later. */
export function budgetRule(
  budgets: ReadonlyMap<string, { readonly value: BudgetSetting }>,
  value: BudgetSetting | null,
): string | null {
  if (value === null) return null;
  const { id, valid_from: from, valid_to: to, top_ups, mode, members, scope } = value;
  if (from !== null && to !== null && to <= from) return `budget ${id} ends at ${to}, not after it begins`;
  const odd = top_ups.find((topUp) => topUp.expires_at <= topUp.from);
  if (odd !== undefined) return `top-up ${odd.id} of budget ${id} expires before it begins`;
  if (new Set(top_ups.map((topUp) => topUp.id)).size < top_ups.length)
    return `budget ${id} has two top-ups of one id`;
  if (mode === "per_member" && scope.kind === "user")
    return `budget ${id} is of one person, who has no members; take mode pool`;
  if (mode === "pool" && members.length > 0) return `budget ${id} is a pool and names members`;
  if (!budgets.has(id) && budgets.size >= BUDGETS_MAX)
    return `there are ${BUDGETS_MAX} budgets, which is the most; remove one first`;
  return parentFault(budgets, value);
}

function parentFault(
  budgets: ReadonlyMap<string, { readonly value: BudgetSetting }>,
  { id, parent }: BudgetSetting,
): string | null {
  const chain = [id];
  for (let above = parent; above !== null; ) {
    if (chain.includes(above)) return `budgets ${[...chain, above].join(" > ")} go in a circle`;
    chain.push(above);
    if (chain.length > PARENTS_MAX + 1) return `budget ${id} has more than ${PARENTS_MAX} budgets above it`;
    const next = budgets.get(above);
    if (next === undefined) return `budget ${above}, the parent of ${chain.at(-2)}, does not exist`;
    above = next.value.parent;
  }
  return null;
}
