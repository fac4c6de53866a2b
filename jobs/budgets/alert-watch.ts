import type { Alert, AlertKind } from "#core/alert.ts";
import {
  endOf,
  lookAt,
  type Sighting,
  sightOf,
  type ThresholdFinding,
  thresholdId,
} from "#core/budgets/budget-alerts.ts";
import { readAlerts } from "#jobs/alerts/read-alerts.ts";
import { writeAlerts } from "#jobs/alerts/write-alerts.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Written by one statement. */
const CHUNK = 1_000;
/** So long an alert stands at least, whatever ends with its period meanwhile. */
const RING_MS = 60_000;
const KINDS: readonly AlertKind[] = ["budget_actual", "budget_forecast"];

/** The terms of a budget that is in force. */
export type TermsNow = (budgetId: string) => string | undefined;

/** The alerts of budgets: what is on record of the windows that still matter, and what was seen of each threshold. */
export interface AlertWatch {
  /** A look at thresholds of windows that are open. Answers what must be put on record. */
  look(findings: readonly ThresholdFinding[], nowMs: number): readonly Alert[];
  /** A look between those: what is spent may fire at once, everything else waits for the next whole one. */
  glance(findings: readonly ThresholdFinding[], nowMs: number): readonly Alert[];
  /** A look at thresholds of windows that are over: only what was never on record. */
  lookBack(findings: readonly ThresholdFinding[], nowMs: number): readonly Alert[];
  /** Ends what is over: periods that ended, budgets that have other terms or are gone. */
  sweep(terms: TermsNow, nowMs: number): readonly Alert[];
}

/** Reads the alerts that fire, and those of windows that ended after a moment. */
export async function openAlertWatch(
  clickhouse: Pick<ClickHouse, "query">,
  sinceMs: number,
  signal: AbortSignal,
): Promise<AlertWatch> {
  const alerts = new Map<string, Alert>();
  const since = new Date(sinceMs).toISOString();
  for (const kind of KINDS)
    for (const alert of await readAlerts(clickhouse, kind, signal, { openOrToAfter: since }))
      alerts.set(alert.id, alert);
  const sightings = new Map<string, Sighting>();
  /** Budgets that have had an alert: of all others only what is reached need be looked at. */
  const known = new Set([...alerts.values()].map(({ labels }) => labels["budget_id"]));
  const put = (changes: readonly Alert[]) => {
    for (const alert of changes) {
      alerts.set(alert.id, alert);
      known.add(alert.labels["budget_id"]);
    }
    return changes;
  };
  const isQuiet = (finding: ThresholdFinding) =>
    !known.has(finding.budgetId) && finding.kind === "budget_actual" && sightOf(finding) !== "reached";
  return {
    look: (findings, nowMs) => {
      const now = { ms: nowMs, text: new Date(nowMs).toISOString() };
      return put(
        findings.flatMap((finding) => {
          if (isQuiet(finding)) return [];
          const id = thresholdId(finding);
          const { change, sighting } = lookAt(finding, alerts.get(id), sightings.get(id), now);
          // Of what is clear and not on record nothing need be remembered: it is most of all there is.
          if (sighting === undefined || (sighting.what === "clear" && alerts.get(id)?.state !== "firing"))
            sightings.delete(id);
          else sightings.set(id, sighting);
          return change ?? [];
        }),
      );
    },
    glance: (findings, nowMs) => {
      const now = { ms: nowMs, text: new Date(nowMs).toISOString() };
      return put(
        findings
          .filter((finding) => finding.kind === "budget_actual" && sightOf(finding) === "reached")
          .flatMap(
            (finding) => lookAt(finding, alerts.get(thresholdId(finding)), undefined, now).change ?? [],
          ),
      );
    },
    lookBack: (findings, nowMs) => {
      const now = { ms: nowMs, text: new Date(nowMs).toISOString() };
      return put(
        findings
          .filter((finding) => sightOf(finding) === "reached" && !alerts.has(thresholdId(finding)))
          .flatMap((finding) => lookAt(finding, undefined, undefined, now).change ?? []),
      );
    },
    sweep: (terms, nowMs) => {
      const now = new Date(nowMs).toISOString();
      return put(
        [...alerts.values()].flatMap((alert) => {
          if (alert.state !== "firing") return [];
          const { budget_id = "", terms: of, to } = alert.labels;
          if (terms(budget_id) !== of) return endOf(alert, "superseded", "budget_changed", now);
          // One that has only just fired is told first: who hears of it need not hear at once that it is over.
          if (nowMs - Date.parse(alert.firedAt) < RING_MS) return [];
          if (to !== undefined && Date.parse(to) <= nowMs)
            return endOf(alert, "resolved", "period_over", now);
          return [];
        }),
      );
    },
  };
}

/** Puts changes on record; whoever delivers finds them there. */
export async function recordAlerts(
  clickhouse: Pick<ClickHouse, "insert">,
  changes: readonly Alert[],
): Promise<void> {
  for (let at = 0; at < changes.length; at += CHUNK)
    await writeAlerts(clickhouse, changes.slice(at, at + CHUNK));
}
