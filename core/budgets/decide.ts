import type { Attribution } from "#core/attribution.ts";
import { type AskedBudget, ageMs, askBudget, type KnownStandings } from "#core/budgets/ask-budget.ts";
import type { BudgetIndex, IndexedBudget } from "#core/budgets/budget-index.ts";
import { scopeKey, VERDICTS, type Verdict } from "#core/budgets/budget-state.ts";
import type { DecisionRequest } from "#core/budgets/decision-request.ts";
import { fitsFilters } from "#core/budgets/fits-filters.ts";
import { isInForce } from "#core/budgets/limit.ts";
import { canonicalModel } from "#core/model-name.ts";
import type { BudgetScopeKind } from "#core/settings/budget.ts";

/** Whether something may still spend, and by what. */
export interface Decision {
  readonly decision: Verdict;
  /** Every budget that was asked, by id. */
  readonly asked: readonly AskedBudget[];
  /** Of the budgets that make the decision, the one that resets last; null: nothing warns or denies. */
  readonly by: AskedBudget | null;
  /** The model costs nothing, so that no budget stops it. */
  readonly isFree: boolean;
  readonly paidBy: Attribution;
  readonly asOf: string | null;
  readonly dataUntil: string | null;
  /** How old the figures may be at most; null: there are none. */
  readonly lagMs: number | null;
  /** For so long the answer may be taken for the one of now. */
  readonly ttlMs: number;
}

/** An answer is held no longer than the figures take to change. */
const TTL_MS = 1_000;

/**
 * Asks every budget that a call would count in, as the ingester would count it: the paying team and the cost centre of
 * now, and the parents of what is asked. The most restrictive verdict is the decision.
 */
export function decide(
  index: BudgetIndex,
  standings: KnownStandings,
  request: DecisionRequest,
  nowMs: number,
): Decision {
  const paidBy = index.attribute(
    {
      ...{ key: request.key ?? "", user: request.user ?? "", tags: request.tags ?? [] },
      ...{ project: request.project ?? "", organization: request.organization ?? "" },
      ...{ team: request.team ?? "", source: request.source ?? "" },
    },
    nowMs,
  );
  const asked = budgetsFor(index, request, paidBy, nowMs).map(({ indexed, member }) =>
    askBudget(indexed, member, standings, nowMs),
  );
  const isFree = request.model !== undefined && index.isFree(request.model, request.platform ?? "", nowMs);
  const strictest = asked.reduce<Verdict>((worst, { verdict }) => stricter(worst, verdict), "allow");
  const decision = isFree ? "allow" : strictest;
  const makers = decision === "allow" ? [] : asked.filter(({ verdict }) => verdict === decision);
  const by = makers.reduce<AskedBudget | null>(
    (last, one) => (last === null || one.resetsAtMs > last.resetsAtMs ? one : last),
    null,
  );
  const evaluator = standings.evaluator();
  const boundaryMs = Math.min(...asked.map(({ resetsAtMs }) => resetsAtMs - nowMs));
  return {
    ...{ decision, asked, by, isFree, paidBy },
    asOf: evaluator?.as_of ?? null,
    dataUntil: evaluator?.data_until ?? null,
    lagMs: evaluator === null ? null : Math.max(0, ageMs(evaluator, nowMs)),
    ttlMs: Math.max(0, Math.min(TTL_MS, boundaryMs)),
  };
}

interface Candidate {
  readonly indexed: IndexedBudget;
  readonly member: string | null;
}

function budgetsFor(
  index: BudgetIndex,
  request: DecisionRequest,
  paidBy: Attribution,
  nowMs: number,
): readonly Candidate[] {
  const { model = "", platform = "", source, user } = request;
  const gateway = request.gateway ?? (source === undefined ? undefined : index.gatewayOf(source)) ?? "";
  const call = { model, model_canonical: canonicalModel(model).model ?? "", platform, gateway };
  const found = new Map<string, Candidate>();
  const add = (indexed: IndexedBudget | undefined): void => {
    if (indexed === undefined || found.has(indexed.value.id) || !isInForce(indexed.value, nowMs)) return;
    const { id, mode, members, parent } = indexed.value;
    const member = mode === "pool" ? null : user;
    // Without a person there is no member to ask about.
    if (member === undefined) return;
    if (member !== null && members.length > 0 && !members.includes(member)) return;
    found.set(id, { indexed, member });
    // The settings let no circle in; what was met before ends it all the same.
    if (parent !== null) add(index.budget(parent));
  };
  for (const key of scopeKeysOf(request, paidBy))
    for (const indexed of index.ofScope(key)) if (fitsFilters(indexed.value.filters, call)) add(indexed);
  return [...found.values()].sort((one, other) => (one.indexed.value.id < other.indexed.value.id ? -1 : 1));
}

/** The scopes that a call is in, as keys of the topic. */
function scopeKeysOf(request: DecisionRequest, paidBy: Attribution): ReadonlySet<string> {
  const named: readonly (readonly [BudgetScopeKind, string | undefined])[] = [
    ["team", paidBy.team],
    ["cost_center", paidBy.costCenter],
    ["cost_center", request.cost_center],
    ["organization", request.organization],
    ["user", request.user],
    ["key", request.key],
    ...(request.tags ?? []).map((tag) => ["tag", tag] as const),
  ];
  const keys = named.flatMap(([kind, id = ""]) => (id === "" ? [] : [scopeKey({ kind, id }, null)]));
  return new Set(["all", ...keys]);
}

function stricter(one: Verdict, other: Verdict): Verdict {
  return VERDICTS.indexOf(other) > VERDICTS.indexOf(one) ? other : one;
}
