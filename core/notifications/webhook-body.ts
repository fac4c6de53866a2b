import { endOf, type Notification, toldState } from "#core/notifications/notification.ts";
import { clipped, severityOf, titleOf } from "#core/notifications/wording.ts";

/** The body of our own, in the form that https://www.standardwebhooks.com asks for; docs/alerts.md has its schema. */
export function webhookBody(notification: Notification): unknown {
  const { alert, receiver } = notification;
  const state = toldState(notification);
  return {
    type: alert.kind === "test" ? "alert.test" : `alert.${state}`,
    timestamp: state === "firing" ? alert.firedAt : endOf(alert),
    data: {
      alert_id: alert.id,
      episode: alert.episode,
      kind: alert.kind,
      state,
      severity: severityOf(alert),
      title: titleOf(notification),
      labels: clipped(alert.labels),
      details: clipped(alert.details),
      receiver,
      first_seen: alert.firstSeen,
      last_seen: alert.lastSeen,
      fired_at: alert.firedAt,
      resolved_at: state === "firing" ? null : endOf(alert),
    },
  };
}
