import { createHash } from "node:crypto";
import type { Alert } from "#core/alert.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const COLUMNS = [
  ...["alert_id", "kind", "episode", "state", "labels", "details", "receivers", "first_seen", "last_seen"],
  ...["fired_at", "changed_at", "resolved_at", "revision"],
];

/** Puts alerts on record as they are now. Two who find the same at once write it once. */
export async function writeAlerts(
  clickhouse: Pick<ClickHouse, "insert">,
  alerts: readonly Alert[],
): Promise<void> {
  // Without the times of writing, which two writers do not share.
  const said = alerts.map(({ firedAt: _fired, changedAt: _changed, resolvedAt: _resolved, ...rest }) => rest);
  await clickhouse.insert({
    table: "alerts_v1",
    columns: COLUMNS,
    rows: alerts.map((alert) => ({
      alert_id: alert.id,
      kind: alert.kind,
      episode: alert.episode,
      state: alert.state,
      labels: alert.labels,
      details: alert.details,
      receivers: alert.receivers,
      first_seen: alert.firstSeen,
      last_seen: alert.lastSeen,
      fired_at: alert.firedAt,
      changed_at: alert.changedAt,
      resolved_at: alert.resolvedAt,
      revision: alert.revision,
    })),
    token: `alerts-${createHash("sha256").update(JSON.stringify(said)).digest("hex")}`,
  });
}
