import { type Alert, alertId } from "#core/alert.ts";
import { isReached } from "#core/budgets/verdict.ts";

/** One threshold of one budget in one window, as it is found now. */
export interface ThresholdFinding {
  readonly kind: "budget_actual" | "budget_forecast";
  readonly budgetId: string;
  /** What tells it from all others: budget, terms, scope, member, window and threshold. Most are never asked for it. */
  readonly labels: () => Readonly<Record<string, string>>;
  /** What is spent, or expected to be. */
  readonly amount: bigint;
  readonly limit: bigint;
  readonly percent: number;
  /** What is worth knowing when it fires; figures are of that moment. */
  readonly details: () => Readonly<Record<string, string>>;
  readonly receivers: readonly string[];
  readonly window: { readonly fromMs: number; readonly toMs: number };
}

/** Below a threshold by so many points, it is over; between the two nothing changes. */
export const CLEAR_POINTS = 5;
/** Late calls of a period that is over ring for so long; what comes later is a note. */
export const LATE_MS = 3_600_000;

/** What was seen of a threshold at earlier looks: since when it has been past a bound without a break. */
export interface Sighting {
  readonly what: "reached" | "clear";
  readonly looks: number;
}

/** Whether a threshold is reached, cleared, or in between. */
export function sightOf({ amount, limit, percent }: Pick<ThresholdFinding, "amount" | "limit" | "percent">) {
  if (isReached(amount, limit, percent)) return "reached" as const;
  return isReached(amount, limit, percent - CLEAR_POINTS) ? ("between" as const) : ("clear" as const);
}

/**
 * What has to be put on record for one threshold, and what to remember of this look; null: nothing. What was really spent
 * fires at the first look, a forecast at the second in a row; either is over at the second look in a row at which it is
 * clear. Each firing after that is an episode of its own.
 */
export function lookAt(
  finding: ThresholdFinding,
  known: Alert | undefined,
  last: Sighting | undefined,
  now: { readonly ms: number; readonly text: string },
): { readonly change: Alert | null; readonly sighting: Sighting | undefined } {
  const what = sightOf(finding);
  if (what === "between") return { change: null, sighting: undefined };
  const sighting = { what, looks: last?.what === what ? Math.min(last.looks + 1, 2) : 1 };
  const isTwice = sighting.looks >= 2;
  if (known?.state === "firing")
    return {
      change: what === "clear" && isTwice ? endOf(known, "resolved", "below", now.text) : null,
      sighting,
    };
  if (what === "clear" || known?.state === "noted") return { change: null, sighting };
  if (finding.kind === "budget_forecast" && !isTwice) return { change: null, sighting };
  return { change: fired(finding, known, now), sighting };
}

/** An alert that is over. */
export function endOf(alert: Alert, state: "resolved" | "superseded", why: string, now: string): Alert {
  return {
    ...alert,
    state,
    details: { ...alert.details, ended_because: why },
    changedAt: now,
    resolvedAt: now,
    lastSeen: now,
    revision: alert.revision + 1,
  };
}

export function thresholdId({ kind, labels }: Pick<ThresholdFinding, "kind" | "labels">): string {
  return alertId(kind, labels());
}

function fired(
  finding: ThresholdFinding,
  known: Alert | undefined,
  now: { ms: number; text: string },
): Alert {
  const isLate = now.ms >= finding.window.toMs + LATE_MS;
  return {
    id: thresholdId(finding),
    kind: finding.kind,
    episode: (known?.episode ?? 0) + 1,
    state: isLate ? "noted" : "firing",
    labels: finding.labels(),
    details: finding.details(),
    // A note is nobody's page.
    receivers: isLate ? [] : finding.receivers,
    firstSeen: now.text,
    lastSeen: now.text,
    firedAt: now.text,
    changedAt: now.text,
    resolvedAt: isLate ? now.text : null,
    revision: 1,
  };
}
