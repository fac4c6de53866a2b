import { z } from "zod";
import { ALERT_STATES, type Alert, type AlertKind } from "#core/alert.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** `2026-11-01 00:00:00.000` in UTC. */
const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);

const AlertRow = z.object({
  alert_id: z.string(),
  episode: z.int(),
  state: z.enum(ALERT_STATES),
  labels: z.record(z.string(), z.string()),
  details: z.record(z.string(), z.string()),
  first_seen: Moment,
  last_seen: Moment,
  fired_at: Moment,
  changed_at: Moment,
  resolved_at: Moment.nullable(),
  revision: z.int(),
});

/** The newest episode of every alert of a kind. */
export async function readAlerts(
  clickhouse: Pick<ClickHouse, "query">,
  kind: AlertKind,
  signal: AbortSignal,
): Promise<readonly Alert[]> {
  const rows = await clickhouse.query({
    name: "alerts_listed",
    sql: `SELECT alert_id, episode, toString(state) AS state, labels, details, first_seen, last_seen, fired_at, changed_at,
            resolved_at, revision
          FROM alerts_v1 FINAL WHERE kind = {kind:String}
          ORDER BY alert_id, episode DESC LIMIT 1 BY alert_id`,
    params: { kind },
    row: AlertRow,
    signal,
  });
  return rows.map((row) => ({
    id: row.alert_id,
    kind,
    episode: row.episode,
    state: row.state,
    labels: row.labels,
    details: row.details,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    firedAt: row.fired_at,
    changedAt: row.changed_at,
    resolvedAt: row.resolved_at,
    revision: row.revision,
  }));
}
