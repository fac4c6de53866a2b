import { type Alert, type AlertFinding, type AlertKind, alertId } from "#core/alert.ts";

/** Since when something is found without a break, and when it was last. */
export interface Sighting {
  readonly finding: AlertFinding;
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** What one process knows of its looks so far. */
export interface Sightings {
  /** When it last looked. */
  readonly atMs: number;
  readonly byId: ReadonlyMap<string, Sighting>;
}

export const NO_SIGHTINGS: Sightings = { atMs: 0, byId: new Map() };

/**
 * What of the findings of a look is worth an alert: what lasts for a grace, so that nobody is called for what mends
 * itself; and what fires already stays until it was gone for as long, so that nothing flaps. What is remembered may be
 * lost, and is forgotten by who did not look for so long: a firing alert is then taken for seen just now. Pure.
 */
export function steadyFindings(
  kind: AlertKind,
  memory: Sightings,
  look: {
    readonly found: readonly AlertFinding[];
    /** The newest episode of each alert of the kind. */
    readonly listed: readonly Alert[];
    readonly nowMs: number;
    readonly graceMs: number;
  },
): { readonly findings: readonly AlertFinding[]; readonly sightings: Sightings } {
  const { found, listed, nowMs, graceMs } = look;
  const before = nowMs - memory.atMs > graceMs ? NO_SIGHTINGS.byId : memory.byId;
  const firing = new Map(listed.flatMap((alert) => (alert.state === "firing" ? [[alert.id, alert]] : [])));
  const sightings = new Map<string, Sighting>();
  const findings: AlertFinding[] = [];
  for (const finding of found) {
    const id = alertId(kind, finding.labels);
    const sinceMs = before.get(id)?.sinceMs ?? nowMs;
    sightings.set(id, { finding, sinceMs, lastMs: nowMs });
    if (firing.has(id) || nowMs - sinceMs >= graceMs) findings.push(finding);
  }
  for (const [id, alert] of firing) {
    if (sightings.has(id)) continue;
    const last = before.get(id) ?? { finding: findingOf(alert), sinceMs: nowMs, lastMs: nowMs };
    if (nowMs - last.lastMs >= graceMs) continue;
    sightings.set(id, last);
    findings.push(last.finding);
  }
  return { findings, sightings: { atMs: nowMs, byId: sightings } };
}

function findingOf({ labels, details, firstSeen, lastSeen }: Alert): AlertFinding {
  return { labels, details, firstSeen, lastSeen };
}
