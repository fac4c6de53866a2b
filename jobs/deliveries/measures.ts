import type { Metrics } from "#runtime/metrics.ts";

export type DeliveryMeasures = ReturnType<typeof deliveryMeasures>;

/** One set per process; only the leader's say anything. */
export function deliveryMeasures(metrics: Metrics) {
  return {
    tries: metrics.counter({
      name: "alert_notifications_tries",
      help: "Tries to tell a receiver something, by what came of them: sent, retried (failed and is tried again), dead (given up), skipped.",
      labels: ["receiver", "outcome"],
    }),
    resent: metrics.counter({
      name: "alert_resent_alerts",
      help: "Alerts that an Alertmanager was told again because they still fire.",
      labels: ["receiver", "outcome"],
    }),
    pending: metrics.gauge({
      name: "alert_notifications_pending",
      help: "Notifications that are to be sent or to be tried again; only at the leader.",
    }),
    dead: metrics.gauge({
      name: "alert_notifications_dead",
      help: "Notifications that were given up and not asked for again; only at the leader.",
    }),
    oldestSeconds: metrics.gauge({
      name: "alert_notifications_oldest_seconds",
      help: "How long the oldest pending notification has waited, in seconds; 0: none waits.",
    }),
    sentSeconds: metrics.histogram({
      name: "alert_notification_seconds",
      help: "From an alert's change to the receiver's receipt, of notifications that were sent at the first try.",
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    }),
  };
}
