import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { USER_REF } from "#core/user-ref.ts";

/** What a rule can go by, the most specific first: of several rules that fit a call, the first of these counts. */
export const ALLOCATION_MATCHES = [
  "key",
  "user",
  "tag",
  "project",
  "organization",
  "team",
  "source",
] as const;
export type AllocationMatch = (typeof ALLOCATION_MATCHES)[number];

/** How the bucket of calls without a cost centre is called in answers; no cost centre may have the name. */
export const UNALLOCATED = "UNALLOCATED";

/** The name of a cost centre as the ledger of finance has it. */
export const CostCenter = Text.max(64)
  .refine((name) => name.trim() === name, "begins or ends with a blank")
  .refine((name) => name.toUpperCase() !== UNALLOCATED, `${UNALLOCATED} is what has no cost centre`);

/** The stable id of what finance brings in. */
export const RuleId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:@/=+-]{0,199}$/);

/**
 * Who pays for some calls, from a moment on: the paying team, the cost centre, or both. A rule without a cost centre
 * hands on to the rule of its team. Where no rule fits, the team is the gateway's and the call is UNALLOCATED.
 */
export const AllocationSetting = z.strictObject({
  id: RuleId.describe("Stable id of the rule, such as `team:search:2026-11-01`."),
  match: z
    .enum(ALLOCATION_MATCHES)
    .describe(
      "What of a call the rule goes by. `key`: the gateway's hash or alias of its key. `user`: the pseudonym. `tag`: a whole label. `team`: the team that the source gives.",
    ),
  value: Text.describe("The value that a call must have, sign for sign."),
  team: Text.nullable().default(null).describe("Who pays. null: the team that the source gives."),
  cost_center: CostCenter.nullable()
    .default(null)
    .describe("null: that of the team's own rule, where there is one."),
  effective_from: Instant.describe("Calls that begin from this time on, …"),
  effective_to: Instant.nullable().default(null).describe("… up to this, exclusive. null: without an end."),
  status: z.enum(["active", "cancelled"]).default("active"),
  note: Text.nullable().default(null),
});
export type AllocationSetting = z.infer<typeof AllocationSetting>;

/** What a rule says; another value of any of these is another rule, so an id on a call always says the same. */
const IDENTITY = ["match", "value", "team", "cost_center", "effective_from"] as const;

/** The rules of a state, and which of them are about the same. */
export type Allocations = Pick<SettingsState, "allocations" | "allocationIds">;

export function allocationAddress({ match, value }: Pick<AllocationSetting, "match" | "value">): string {
  return `${match} ${value}`;
}

/**
 * Why a rule must not become this; null when it may. No two rules own the same calls at the same time, and no team is
 * paid for by a team that it pays for: so a call has one answer, whoever looks and in whatever order.
 */
export function allocationRule(
  state: Allocations,
  value: AllocationSetting | null,
  before: AllocationSetting | null,
): string | null {
  if (value === null) return "an allocation is cancelled, not removed, so that past calls can be explained";
  const { id, match, team, cost_center, effective_from, effective_to } = value;
  if (team === null && cost_center === null) return `allocation ${id} names neither a team nor a cost_center`;
  if (match === "user" && !USER_REF.test(value.value))
    return `allocation ${id} goes by a person, who must be named by the pseudonym (u_ and 32 hex digits); \`spendtrail allocations import\` makes it of the name`;
  if (effective_to !== null && effective_to <= effective_from)
    return `allocation ${id} ends at ${effective_to}, not after it begins (${effective_from})`;
  const changed = before === null ? undefined : IDENTITY.find((field) => before[field] !== value[field]);
  if (changed !== undefined)
    return `an allocation's ${changed} cannot change; end or cancel the rule and add another`;
  if (value.status === "cancelled") return null;
  const other = rulesAbout(state, value).find((rule) => rule.id !== id && meet(rule, value));
  if (other !== undefined)
    return `allocation ${id} (${periodOf(value)}) and allocation ${other.id} (${periodOf(other)}) both own ${match} ${value.value}; end the one where the other begins, or cancel one`;
  if (match === "team" && team === value.value && cost_center === null)
    return `allocation ${id} hands team ${team} to itself`;
  const circle = circleOf(state, value, value, [value.value]);
  return circle === null ? null : `allocation ${id} closes a circle of teams: ${circle.join(" -> ")}`;
}

function rulesAbout(state: Allocations, of: Pick<AllocationSetting, "match" | "value">): AllocationSetting[] {
  const ids = state.allocationIds.get(allocationAddress(of)) ?? [];
  return ids.flatMap((id) => state.allocations.get(id)?.value ?? []).filter(isActive);
}

const isActive = ({ status }: AllocationSetting) => status === "active";

interface Period {
  readonly effective_from: string;
  readonly effective_to: string | null;
}

/** Instants have one form, so their texts compare as the moments do. */
function meet(left: Period, right: Period): boolean {
  const endsAfter = ({ effective_to }: Period, moment: string) =>
    effective_to === null || effective_to > moment;
  return endsAfter(left, right.effective_from) && endsAfter(right, left.effective_from);
}

/** The way from one team to the team that pays for it, and on, back to the first; null where it ends elsewhere. */
function circleOf(
  state: Allocations,
  from: AllocationSetting,
  within: Period,
  way: readonly string[],
): string[] | null {
  if (from.match !== "team" || from.team === null || from.team === from.value) return null;
  if (from.team === way[0]) return [...way, from.team];
  for (const next of rulesAbout(state, { match: "team", value: from.team })) {
    if (next.team === from.team || !meet(next, within)) continue;
    const circle = circleOf(state, next, common(next, within), [...way, from.team]);
    if (circle !== null) return circle;
  }
  return null;
}

function common(left: Period, right: Period): Period {
  const ends = [left.effective_to, right.effective_to].filter((end) => end !== null).sort();
  return {
    effective_from: left.effective_from > right.effective_from ? left.effective_from : right.effective_from,
    effective_to: ends[0] ?? null,
  };
}

function periodOf({ effective_from, effective_to }: Period): string {
  return `from ${effective_from} ${effective_to === null ? "on" : `to ${effective_to}`}`;
}
