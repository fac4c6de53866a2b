import { eventId } from "#core/identity.ts";

export const ALERT_KINDS = [
  ...(["unpriced_model", "scheduled_export"] as const),
  ...(["reject_share", "coverage_gap", "conflict", "stale_ingest", "checkpoint_late"] as const),
  ...(["budget_actual", "budget_forecast"] as const),
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
/** `superseded`: another version of its budget took its place. `noted`: on record, and worth nobody's night. */
export const ALERT_STATES = ["firing", "resolved", "superseded", "noted"] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Something that needs somebody, as it is found now. */
export interface AlertFinding {
  /** What tells it from others of its kind. */
  readonly labels: Readonly<Record<string, string>>;
  /** What is worth knowing and may change while it lasts. No counts: they would be old as soon as they are written. */
  readonly details: Readonly<Record<string, string>>;
  /** Who shall hear of it; absent: nobody. */
  readonly receivers?: readonly string[];
  /** Times of what it is about, as ISO 8601 in UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** An alert as it is on record. Each time that it fires after it was resolved is an episode of its own. */
export interface Alert extends AlertFinding {
  readonly id: string;
  readonly kind: AlertKind;
  readonly episode: number;
  readonly state: AlertState;
  readonly firedAt: string;
  readonly changedAt: string;
  readonly resolvedAt: string | null;
  /** Who hears of it, by the names of receivers, as decided when it fired. */
  readonly receivers: readonly string[];
  /** The last one is the one that is read. */
  readonly revision: number;
}

/** The same kind and labels have the same id for ever, in every deployment. */
export function alertId(kind: AlertKind, labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return eventId(`alert:${kind}`, parts.flat());
}

/** While one fires it is written again for its last sight, but no more often. */
const LAST_SEEN_STEP_MS = 3_600_000;

/**
 * What has to be written so that the alerts of a kind are as found: new episodes, those with other details, and those
 * that are over. `listed` is the newest episode of each. Pure, so two leaders who find the same write the same.
 */
export function alertChanges(
  kind: AlertKind,
  listed: readonly Alert[],
  found: readonly AlertFinding[],
  now: string,
): readonly Alert[] {
  const before = new Map(listed.map((alert) => [alert.id, alert]));
  const ids = new Set<string>();
  const changes: Alert[] = [];
  for (const finding of found) {
    const id = alertId(kind, finding.labels);
    ids.add(id);
    const last = before.get(id);
    if (last === undefined || last.state === "resolved") changes.push(fired(kind, id, finding, last, now));
    else if (differs(last, finding))
      changes.push({
        ...last,
        ...finding,
        receivers: last.receivers,
        changedAt: now,
        revision: last.revision + 1,
      });
  }
  for (const alert of listed)
    if (alert.state === "firing" && !ids.has(alert.id))
      changes.push({
        ...alert,
        state: "resolved",
        changedAt: now,
        resolvedAt: now,
        revision: alert.revision + 1,
      });
  return changes;
}

function fired(
  kind: AlertKind,
  id: string,
  finding: AlertFinding,
  last: Alert | undefined,
  now: string,
): Alert {
  return {
    ...finding,
    id,
    kind,
    episode: (last?.episode ?? 0) + 1,
    state: "firing",
    firedAt: now,
    changedAt: now,
    resolvedAt: null,
    receivers: finding.receivers ?? [],
    revision: 1,
  };
}

function differs(last: Alert, { details, firstSeen, lastSeen }: AlertFinding): boolean {
  return (
    JSON.stringify(Object.entries(last.details).sort()) !== JSON.stringify(Object.entries(details).sort()) ||
    Date.parse(firstSeen) < Date.parse(last.firstSeen) ||
    Date.parse(lastSeen) - Date.parse(last.lastSeen) >= LAST_SEEN_STEP_MS
  );
}
