import type { Notification } from "#core/notifications/notification.ts";
import { clipped, severityOf, titleOf } from "#core/notifications/wording.ts";

/** An event of PagerDuty's Events API v2. An episode is an incident: its end resolves what its beginning triggered. */
export function pagerDutyEvent(notification: Notification, routingKey: string): unknown {
  const { alert, transition } = notification;
  const event = { routing_key: routingKey, dedup_key: `${alert.id}-${alert.episode}` };
  if (transition === "ended") return { ...event, event_action: "resolve" };
  return {
    ...event,
    event_action: "trigger",
    client: "spendtrail",
    payload: {
      summary: titleOf(notification),
      source: "spendtrail",
      severity: severityOf(alert),
      timestamp: alert.firedAt,
      class: alert.kind,
      custom_details: { ...clipped(alert.labels), ...clipped(alert.details), alert_id: alert.id },
    },
  };
}
