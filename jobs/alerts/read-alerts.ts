import { z } from "zod";
import type { Alert, AlertKind } from "#core/alert.ts";
import { AlertRow } from "#core/alert-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const StoredAlert = AlertRow.extend({ revision: z.int() });

/** The newest episode of every alert of a kind. */
export async function readAlerts(
  clickhouse: Pick<ClickHouse, "query">,
  kind: AlertKind,
  signal: AbortSignal,
  /** Only those that fire, that have no label `to`, or a later one: of budgets there are some a period. */
  only: { readonly openOrToAfter: string } | null = null,
): Promise<readonly Alert[]> {
  const rows = await clickhouse.query({
    name: "alerts_listed",
    sql: `SELECT alert_id, kind, episode, toString(state) AS state, labels, details, receivers, first_seen, last_seen, fired_at, changed_at,
            resolved_at, revision
          FROM alerts_v1 FINAL
          WHERE kind = {kind:String}${only === null ? "" : " AND (alerts_v1.state = 'firing' OR NOT mapContains(labels, 'to') OR labels['to'] > {to_after:String})"}
          ORDER BY alert_id, episode DESC LIMIT 1 BY alert_id`,
    params: { kind, ...(only === null ? {} : { to_after: only.openOrToAfter }) },
    row: StoredAlert,
    signal,
  });
  return rows.map((row) => ({
    id: row.alert_id,
    kind: row.kind,
    episode: row.episode,
    state: row.state,
    labels: row.labels,
    details: row.details,
    receivers: row.receivers,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    firedAt: row.fired_at,
    changedAt: row.changed_at,
    resolvedAt: row.resolved_at,
    revision: row.revision,
  }));
}
