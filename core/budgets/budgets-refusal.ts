import { isZoneHere } from "#core/local-time.ts";
import { type BudgetSetting, budgetRule } from "#core/settings/budget.ts";
import type { Versioned } from "#core/settings/state.ts";

type Budgets = ReadonlyMap<string, Versioned<BudgetSetting>>;

/**
 * Why these budgets must not come into the settings, a fault a line; null when they may. The very rules of the settings
 * asked of how everything would be at the end, and what the fold does not ask (decision 0009).
 */
export function budgetsRefusal(
  budgets: Budgets,
  wanted: readonly BudgetSetting[],
  { removeExtra = false }: { readonly removeExtra?: boolean } = {},
): string | null {
  const ours = new Map(wanted.map((value) => [value.id, { value }]));
  const after = removeExtra ? ours : new Map([...budgets, ...ours]);
  const faults = wanted.flatMap((value) => {
    const zone = zoneOf(value);
    const broken = budgetRule(after, value);
    return [
      ...(broken === null ? [] : [`budget ${value.id}: ${fieldOf(broken)}: ${broken}`]),
      ...(isZoneHere(zone) ? [] : [`budget ${value.id}: period.zone: ${unknownZone(zone)}`]),
    ];
  });
  return faults.length === 0 ? null : faults.slice(0, FAULTS_MAX).join("\n");
}

/** Why a budget must stay; null when it may go. */
export function removalRefusal(budgets: Budgets, id: string): string | null {
  const below = [...budgets.values()].filter(({ value }) => value.parent === id);
  if (below.length === 0) return null;
  const named = below.slice(0, 3).map(({ value }) => value.id);
  const more = below.length > named.length ? ` and ${below.length - named.length} more` : "";
  return `budget ${id} is the parent of ${named.join(", ")}${more}; give them another parent, or none, first`;
}

export function unknownZone(zone: string): string {
  return `${zone} is no IANA time zone (such as Europe/Berlin; names are case-sensitive)`;
}

export function zoneOf({ period }: BudgetSetting): string {
  return period.kind === "rolling" ? "UTC" : period.zone;
}

/** A file that is wrong in every entry is wrong in one way. */
const FAULTS_MAX = 50;

/** The field that a broken rule is about. */
function fieldOf(broken: string): string {
  if (broken.includes("top-up")) return "top_ups";
  if (broken.includes("members")) return broken.includes("of one person") ? "mode" : "members";
  if (broken.includes("begins")) return "valid_to";
  return /circle|above it|the parent of/.test(broken) ? "parent" : "id";
}
