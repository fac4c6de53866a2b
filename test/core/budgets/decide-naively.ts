import type { Attribution } from "#core/attribution.ts";
import { type AskedBudget, askBudget, type KnownStandings } from "#core/budgets/ask-budget.ts";
import type { DecisionRequest } from "#core/budgets/decision-request.ts";
import { windowAt } from "#core/budgets/windows.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SettingsState } from "#core/settings/state.ts";

/** Every budget that a request is asked of, found by a walk over all of them with nothing remembered. */
export function askNaively(
  { budgets }: Pick<SettingsState, "budgets">,
  standings: KnownStandings,
  request: DecisionRequest,
  paidBy: Attribution,
  nowMs: number,
): AskedBudget[] {
  const ids = new Set<string>();
  for (const { value } of budgets.values()) {
    if (!isOf(value, request, paidBy)) continue;
    for (let at: BudgetSetting | undefined = value; at !== undefined && stands(at, request, nowMs); ) {
      ids.add(at.id);
      at = at.parent === null ? undefined : budgets.get(at.parent)?.value;
    }
  }
  return [...ids].sort().map((id) => {
    const versioned = budgets.get(id);
    if (versioned === undefined) throw new Error(id);
    const member = versioned.value.mode === "pool" ? null : (request.user ?? "");
    const window = (atMs: number) => windowAt(versioned.value.period, atMs);
    return askBudget({ ...versioned, window }, member, standings, nowMs);
  });
}

function isOf({ scope, filters }: BudgetSetting, request: DecisionRequest, paidBy: Attribution): boolean {
  const inScope = {
    all: () => true,
    team: (id: string) => paidBy.team === id,
    cost_center: (id: string) => paidBy.costCenter === id || request.cost_center === id,
    organization: (id: string) => request.organization === id,
    user: (id: string) => request.user === id,
    key: (id: string) => request.key === id,
    tag: (id: string) => request.tags?.includes(id) === true,
  }[scope.kind]("id" in scope ? scope.id : "");
  const fits = (list: readonly string[], value = "") =>
    list.length === 0 ||
    (value !== "" &&
      list.some((one) => new RegExp(`^${one.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(value)));
  return inScope && fits(filters.models, request.model) && fits(filters.gateways, request.gateway);
}

function stands(
  { valid_from, valid_to, mode, members }: BudgetSetting,
  { user }: DecisionRequest,
  nowMs: number,
) {
  const now = new Date(nowMs).toISOString();
  const isInForce = (valid_from === null || valid_from <= now) && (valid_to === null || now < valid_to);
  const isMember = user !== undefined && (members.length === 0 || members.includes(user));
  return isInForce && (mode === "pool" || isMember);
}
