import { z } from "zod";
import { AlertRow } from "#core/alert-row.ts";
import { DELIVERY_STATES } from "#core/notifications/delivery.ts";
import { notificationId, TRANSITIONS } from "#core/notifications/notification.ts";
import type { OpenDelivery } from "#jobs/deliveries/open-delivery.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Which are read: all that are open, those of alerts that changed since or beside others; or given-up ones by id. */
export type OpenScope =
  | { readonly of: "all" }
  | { readonly of: "changed"; readonly since: string }
  | { readonly of: "beside" | "asked"; readonly ids: readonly string[] };

const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);
const Row = AlertRow.extend({
  ...{ revision: z.int(), transition: z.enum(TRANSITIONS), receiver: z.string() },
  ...{ d_revision: z.int(), d_version: z.int(), d_attempts: z.int(), d_status: z.int(), d_replays: z.int() },
  ...{ d_code: z.string(), d_message: z.string(), d_created_at: Moment, d_changed_at: Moment },
  ...{
    d_next_try_at: Moment.nullable(),
    d_state: z.string(),
    f_revision: z.int(),
    f_state: z.string(),
    f_replays: z.int(),
  },
});

/** What is open, as the difference between the alerts, which say who is to be told, and what is on record of it. */
export async function readOpen(
  clickhouse: Pick<ClickHouse, "query">,
  scope: OpenScope,
  now: string,
  signal: AbortSignal,
): Promise<readonly OpenDelivery[]> {
  const rows = await clickhouse.query({
    name: "deliveries_open",
    sql: sqlOf(SCOPES[scope.of], scope.of === "asked" ? ASKED : OPEN),
    params: paramsOf(scope),
    row: Row,
    signal,
  });
  return rows.map((row) => openOf(row, now));
}

const SCOPES = {
  all: "true",
  changed:
    "alert_id IN (SELECT alert_id FROM alerts_v1 WHERE changed_at >= {since:DateTime64(3, 'UTC')} AND notEmpty(receivers))",
  beside: "alert_id IN (SELECT alert_id FROM deliveries_v1 WHERE delivery_id IN {ids:Array(String)})",
  asked: "alert_id IN (SELECT alert_id FROM deliveries_v1 WHERE delivery_id IN {ids:Array(String)})",
} as const;
/** An end that was left out because its beginning was given up is open again once that was replayed. */
const OPEN = `d.revision = 0 OR d.state = 'pending' OR (d.state = 'skipped' AND a.transition = 'ended'
  AND f.state = 'sent' AND f.replays > d.replays)`;
const ASKED = "d.delivery_id IN {ids:Array(String)} AND d.state = 'dead'";

function paramsOf(scope: OpenScope): Readonly<Record<string, unknown>> {
  if (scope.of === "all") return {};
  return scope.of === "changed" ? { since: scope.since.replace("Z", "") } : { ids: scope.ids };
}

function sqlOf(scope: string, wanted: string): string {
  return `WITH told AS (
    SELECT toString(delivery_id) AS delivery_id, alert_id, episode, toString(transition) AS transition, receiver,
      receiver_version, toString(state) AS state, attempts, status, code, message, replays, created_at, changed_at,
      next_try_at, revision
    FROM deliveries_v1 FINAL WHERE ${scope})
  SELECT a.alert_id AS alert_id, a.kind AS kind, a.episode AS episode, a.state AS state, a.labels AS labels,
    a.details AS details, a.receivers AS receivers, a.first_seen AS first_seen, a.last_seen AS last_seen,
    a.fired_at AS fired_at, a.changed_at AS changed_at, a.resolved_at AS resolved_at, a.revision AS revision,
    a.transition AS transition, a.receiver AS receiver, d.revision AS d_revision, d.receiver_version AS d_version,
    d.attempts AS d_attempts, d.status AS d_status, d.replays AS d_replays, d.code AS d_code, d.message AS d_message,
    d.created_at AS d_created_at, d.changed_at AS d_changed_at, d.next_try_at AS d_next_try_at, d.state AS d_state,
    f.revision AS f_revision, f.state AS f_state, f.replays AS f_replays
  FROM (
    SELECT alert_id, kind, episode, toString(state) AS state, labels, details, receivers, first_seen, last_seen,
      fired_at, changed_at, resolved_at, revision, arrayJoin(arrayDistinct(receivers)) AS receiver,
      arrayJoin(if(state = 'firing', ['firing'], ['firing', 'ended'])) AS transition
    FROM alerts_v1 FINAL WHERE notEmpty(receivers) AND state != 'noted' AND ${scope}) AS a
  LEFT JOIN told AS d
    ON d.alert_id = a.alert_id AND d.episode = a.episode AND d.transition = a.transition AND d.receiver = a.receiver
  LEFT JOIN (SELECT * FROM told WHERE transition = 'firing') AS f
    ON f.alert_id = a.alert_id AND f.episode = a.episode AND f.receiver = a.receiver
  WHERE ${wanted}
  ORDER BY changed_at, alert_id, episode, transition, receiver`;
}

function openOf(row: z.output<typeof Row>, now: string): OpenDelivery {
  const { receiver, transition, episode, kind } = row;
  const alert = {
    ...{ id: row.alert_id, kind, episode, state: row.state, labels: row.labels, details: row.details },
    ...{
      receivers: row.receivers,
      firstSeen: row.first_seen,
      lastSeen: row.last_seen,
      firedAt: row.fired_at,
    },
    ...{ changedAt: row.changed_at, resolvedAt: row.resolved_at, revision: row.revision },
  };
  const isAgain = row.d_state === "skipped";
  const isNew = row.d_revision === 0 || isAgain;
  const stateOf = z.enum(DELIVERY_STATES);
  return {
    alert,
    firing: row.f_revision === 0 ? null : stateOf.parse(row.f_state),
    delivery: {
      id: notificationId(alert, transition, receiver),
      ...{ alertId: alert.id, episode, kind, transition, receiver, receiverVersion: row.d_version },
      state: isNew ? "pending" : stateOf.parse(row.d_state),
      ...{ attempts: row.d_attempts, status: row.d_status },
      replays: isAgain ? row.f_replays : row.d_replays,
      failure: row.d_code === "" ? null : { code: row.d_code, message: row.d_message },
      createdAt: isNew ? now : row.d_created_at,
      changedAt: isNew ? now : row.d_changed_at,
      nextTryAt: row.d_next_try_at,
      sentAt: null,
      revision: row.d_revision,
    },
  };
}
