import { AlertRow } from "#core/alert-row.ts";
import type { ViewQuery } from "#query-api/reader.ts";

/** Where a page ends. */
export interface AlertPlace {
  readonly firedAt: string;
  readonly id: string;
  readonly episode: string;
}

/** Alerts, newest first; two of one round are in the order of their ids. */
export function alertsQuery(asked: {
  readonly kinds: readonly string[] | undefined;
  readonly states: readonly string[] | undefined;
  readonly after: AlertPlace | null;
  readonly rowsMax: number;
}): ViewQuery<typeof AlertRow> {
  const { kinds, states, after, rowsMax } = asked;
  return {
    name: "alerts",
    sql: () =>
      [
        SELECT,
        ...(kinds === undefined ? [] : ["AND kind IN {filter_kind:Array(String)}"]),
        ...(states === undefined ? [] : ["AND a.state IN {filter_state:Array(String)}"]),
        ...(after === null ? [] : [AFTER]),
        "ORDER BY a.fired_at DESC, a.alert_id, a.episode",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      rows_max: rowsMax,
      ...(kinds === undefined ? {} : { filter_kind: kinds }),
      ...(states === undefined ? {} : { filter_state: states }),
      ...(after === null
        ? {}
        : {
            after_fired: after.firedAt.replace("Z", ""),
            after_id: after.id,
            after_episode: after.episode,
          }),
    },
    row: AlertRow,
  };
}

const SELECT = `SELECT alert_id, toString(kind) AS kind, episode, toString(a.state) AS state, labels, details, receivers, first_seen, last_seen,
  fired_at, changed_at, resolved_at
FROM all_alerts AS a
WHERE true`;
const AFTER = `AND (a.fired_at < {after_fired:DateTime64(3, 'UTC')}
  OR (a.fired_at = {after_fired:DateTime64(3, 'UTC')}
    AND (toString(a.alert_id), a.episode) > ({after_id:String}, {after_episode:UInt32})))`;
