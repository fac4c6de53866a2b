import { endOf, type Notification, type ToldAlert, toldState } from "#core/notifications/notification.ts";
import { clipped, severityOf, titleOf } from "#core/notifications/wording.ts";

/** Alertmanager takes an alert for ended once this time is over; four times the rhythm of re-sending, as Prometheus. */
export const ENDS_AFTER_MS = 4 * 60_000;
const NOT_ENDED = "0001-01-01T00:00:00Z";

/**
 * What an Alertmanager is told by `POST /api/v2/alerts`. The labels are its identity, so all that changes is in the
 * annotations; a firing one ends by itself where nobody tells it again.
 */
export function alertmanagerAlert(notification: Notification, nowMs: number): AlertmanagerAlert {
  const { alert, transition } = notification;
  const endsAt = transition === "firing" ? new Date(nowMs + ENDS_AFTER_MS).toISOString() : endOf(alert);
  return {
    labels: labelsOf(alert),
    annotations: annotationsOf(notification),
    startsAt: alert.firedAt,
    // Clocks of two leaders differ, and an end before the start is refused.
    endsAt: endsAt < alert.firedAt ? alert.firedAt : endsAt,
  };
}

export interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** The body that Alertmanager itself sends to webhooks, version 4, with the one alert as its group. */
export function alertmanagerWebhook(notification: Notification): unknown {
  const { alert, receiver } = notification;
  const labels = labelsOf(alert);
  const annotations = annotationsOf(notification);
  const status = toldState(notification) === "firing" ? "firing" : "resolved";
  return {
    version: "4",
    groupKey: `{}:{alert_id="${alert.id}"}`,
    truncatedAlerts: 0,
    status,
    receiver,
    groupLabels: { alert_id: alert.id },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: "",
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: alert.firedAt,
        endsAt: status === "firing" ? NOT_ENDED : endOf(alert),
        generatorURL: "",
        fingerprint: alert.id.slice(0, 16),
      },
    ],
  };
}

/** Ours come last: a label that a client makes up takes the place of none of them. */
function labelsOf(alert: ToldAlert): Record<string, string> {
  const named = Object.entries(clipped(alert.labels)).map(
    ([name, value]) => [labelName(name), value] as const,
  );
  return {
    ...Object.fromEntries(named.filter(([, value]) => value !== "")),
    alertname: alertName(alert.kind),
    alert_id: alert.id,
    severity: severityOf(alert),
  };
}

function annotationsOf(notification: Notification): Record<string, string> {
  const { alert } = notification;
  const named = Object.entries(clipped(alert.details)).map(([name, value]) => [labelName(name), value]);
  return { ...Object.fromEntries(named), summary: titleOf(notification), episode: String(alert.episode) };
}

/** `budget_actual` is `BudgetActual`. */
function alertName(kind: string): string {
  return kind.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names of labels as Prometheus takes them in every version. */
function labelName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d|$)/, "_");
}
