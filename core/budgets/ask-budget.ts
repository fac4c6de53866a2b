import type { IndexedBudget } from "#core/budgets/budget-index.ts";
import {
  type BudgetStanding,
  type EvaluatorState,
  type ScopeState,
  scopeKey,
  type Verdict,
} from "#core/budgets/budget-state.ts";
import { limitAt } from "#core/budgets/limit.ts";
import { standingNow } from "#core/budgets/standing-now.ts";
import type { BudgetWindow } from "#core/budgets/windows.ts";
import type { Money } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

/** How budgets stand, as it is known here. */
export interface KnownStandings {
  scope(key: string): ScopeState | null;
  evaluator(): EvaluatorState | null;
}

/** What one budget says to one question. */
export interface AskedBudget {
  readonly budget: BudgetSetting;
  /** Of `per_member`; else null. */
  readonly member: string | null;
  readonly verdict: Verdict;
  readonly limit: Money;
  /** null: not reckoned yet, and so are what follow from it. */
  readonly spent: Money | null;
  readonly remaining: Money | null;
  readonly utilizationPercent: string | null;
  readonly window: BudgetWindow;
  /** When it begins anew or ends, whichever is first. */
  readonly resetsAtMs: number;
  /** Of what denies; else null. */
  readonly retryAfterS: number | null;
  /** Its figures are missing or older than it bears, so that a hard limit answers as it is told to. */
  readonly isStale: boolean;
}

const DAY_MS = 24 * 3_600_000;
/** What is denied for want of figures may be allowed as soon as there are some. */
const STALE_RETRY_S = 10;

/**
 * A budget's verdict by its setting of now and the spend of its newest standing. A calendar window that is over has
 * become one with nothing spent; a rolling one moves by an hour, and keeps the last figure. Stale figures let a hard limit
 * answer by its `on_stale`; whatever was last known still warns.
 */
export function askBudget(
  indexed: IndexedBudget,
  member: string | null,
  standings: KnownStandings,
  nowMs: number,
): AskedBudget {
  const { value: budget } = indexed;
  const window = indexed.window(nowMs);
  const standing = standings
    .scope(scopeKey(budget.scope, member))
    ?.budgets.find(({ budget_id }) => budget_id === budget.id);
  const evaluator = standings.evaluator();
  const spentUsd =
    standing === undefined
      ? spentOfNobody(indexed, member, evaluator)
      : spentNow(standing, indexed, window, nowMs);
  const isStale = spentUsd === null || ageMs(evaluator, nowMs) > budget.stale_after_s * 1000;
  const now =
    spentUsd === null ? null : standingNow(budget, { ...asked(budget, window), spent_usd: spentUsd }, nowMs);
  const verdict = verdictWith(budget, now?.verdict ?? "allow", isStale);
  const endsAtMs =
    budget.valid_to === null ? window.toMs : Math.min(window.toMs, Date.parse(budget.valid_to));
  const untilResetS = Math.max(1, Math.ceil((endsAtMs - nowMs) / 1000));
  return {
    budget,
    member,
    verdict,
    limit: now?.limit ?? limitAt(budget, nowMs),
    spent: now?.spent ?? null,
    remaining: now?.remaining ?? null,
    utilizationPercent: now?.utilisationPercent ?? null,
    window,
    resetsAtMs: endsAtMs,
    retryAfterS: verdict === "deny" ? (isStale ? Math.min(STALE_RETRY_S, untilResetS) : untilResetS) : null,
    isStale,
  };
}

function verdictWith({ hard_limit, on_stale }: BudgetSetting, verdict: Verdict, isStale: boolean): Verdict {
  if (!isStale || !hard_limit) return verdict;
  if (on_stale === "deny") return "deny";
  return verdict === "deny" ? "warn" : verdict;
}

/** How old the newest figures may be at most; of a store without any record, since when nobody looked. */
export function ageMs(evaluator: EvaluatorState | null, nowMs: number): number {
  if (evaluator === null) return Number.POSITIVE_INFINITY;
  const { as_of, data_until } = evaluator;
  const seenMs = Date.parse(as_of);
  return nowMs - Math.min(seenMs, data_until === null ? seenMs : Date.parse(data_until));
}

/** A member without calls has no standing, once the budget was reckoned at all; a pool has one from its beginning. */
function spentOfNobody(
  { offset }: IndexedBudget,
  member: string | null,
  evaluator: EvaluatorState | null,
): string | null {
  return member !== null && evaluator !== null && BigInt(evaluator.settings_offset) >= offset ? "0" : null;
}

/** null: the figures are of another period than the budget has now. */
function spentNow(
  standing: BudgetStanding,
  { value: { period }, version }: IndexedBudget,
  window: BudgetWindow,
  nowMs: number,
): string | null {
  const [fromMs, toMs] = [Date.parse(standing.from), Date.parse(standing.to)];
  if (period.kind === "rolling") return toMs - fromMs === period.days * DAY_MS ? standing.spent_usd : null;
  if (fromMs === window.fromMs && toMs === window.toMs) return standing.spent_usd;
  if (standing.version !== version) return null;
  // The other one's clock may be a moment ahead at the turn of a period.
  return toMs <= nowMs ? "0" : fromMs > nowMs ? standing.spent_usd : null;
}

/** What a standing says of a window beside its figures. */
function asked(budget: BudgetSetting, { fromMs, toMs }: BudgetWindow): BudgetStanding {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  return {
    ...{ budget_id: budget.id, version: 0, from, to, limit_usd: "0", spent_usd: "0", estimated_usd: "0" },
    ...{ forecast_usd: null, crossed: [], verdict: "allow" },
  };
}
