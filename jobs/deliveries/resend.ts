import { z } from "zod";
import { AlertRow } from "#core/alert-row.ts";
import { Failure } from "#core/failure.ts";
import { notificationId } from "#core/notifications/notification.ts";
import type { ReceiverOf } from "#core/settings/receiver.ts";
import type { DeliveriesDeps } from "#jobs/deliveries/deps.ts";
import { alertmanagerPost } from "#jobs/deliveries/post-of.ts";
import { tellByPost } from "#jobs/deliveries/tell.ts";

/** An Alertmanager forgets what it is not told again; its clients do so every 30 seconds to 3 minutes. */
export const RESEND_MS = 60_000;
const ALERTS_A_POST = 200;

const Row = AlertRow.extend({ revision: z.int() });

/** Tells an Alertmanager once more of everything that fires for it. What fails is told in a minute again. */
export async function resendFiring(
  receiver: ReceiverOf<"alertmanager">,
  deps: DeliveriesDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clickhouse, telling, clock, measures, log } = deps;
  const rows = await clickhouse.query({
    name: "alerts_firing",
    sql: `SELECT alert_id, kind, episode, toString(state) AS state, labels, details, receivers, first_seen, last_seen,
            fired_at, changed_at, resolved_at, revision
          FROM alerts_v1 FINAL WHERE has(receivers, {receiver:String}) AND state = 'firing'
          ORDER BY alert_id, episode`,
    params: { receiver: receiver.id },
    row: Row,
    signal,
  });
  const notifications = rows.map((row) => {
    const { episode, kind, state, labels, details, receivers } = row;
    const alert = {
      ...{ id: row.alert_id, kind, episode, state, labels, details, receivers },
      ...{ firstSeen: row.first_seen, lastSeen: row.last_seen, firedAt: row.fired_at },
      ...{ changedAt: row.changed_at, resolvedAt: row.resolved_at },
    };
    return {
      id: notificationId(alert, "firing", receiver.id),
      receiver: receiver.id,
      transition: "firing",
      alert,
    } as const;
  });
  for (let from = 0; from < notifications.length; from += ALERTS_A_POST) {
    const some = notifications.slice(from, from + ALERTS_A_POST);
    const failed = await send(some).catch((error: unknown) => {
      if (signal.aborted || !(error instanceof Failure)) throw error;
      return error;
    });
    measures.resent.inc({ receiver: receiver.id, outcome: failed === null ? "sent" : "failed" }, some.length);
    if (failed === null) continue;
    log.warn(
      { receiver: receiver.id, code: failed.code },
      "an Alertmanager was not told again of what fires",
    );
    return;
  }

  async function send(some: typeof notifications): Promise<Failure | null> {
    const post = alertmanagerPost(receiver, some, telling.secrets, clock().getTime());
    const told = await tellByPost(post, telling.post, signal);
    return told.ok ? null : told.failure;
  }
}
