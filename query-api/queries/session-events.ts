import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { EVENT_COLUMN_LIST, EventColumns } from "#query-api/event-columns.ts";
import type { ViewQuery } from "#query-api/reader.ts";

export interface SessionEventPlace {
  readonly eventTime: string;
  readonly kind: string;
  readonly eventId: string;
}

/**
 * What happened in a session, in order, each event once as it is believed now: the latest belief of a place (time,
 * team, model) where not all of it was taken back, as it is under the old team of a call that moved, and where a copy
 * lost against another. The whole of time is asked, because a session is
 * found by its id (a bloom index), not by when it was.
 */
export function sessionEventsQuery(values: {
  sessionId: string;
  after: SessionEventPlace | null;
  rowsMax: number;
}): ViewQuery<typeof EventColumns> {
  const { sessionId, after, rowsMax } = values;
  return {
    name: "session_events",
    sql: (views) =>
      [
        SELECT,
        views.events,
        LIVE,
        ...(after === null ? [] : [AFTER]),
        "ORDER BY event_time, kind, event_id",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      from: "1970-01-01 00:00:00.000",
      to: "2200-01-01 00:00:00.000",
      session_id: sessionId,
      ...(after === null
        ? {}
        : {
            after_time: after.eventTime.replace("Z", ""),
            after_kind: after.kind,
            after_event: after.eventId,
          }),
      rows_max: rowsMax,
    },
    row: EventColumns,
  };
}

const SELECT = `SELECT
${EVENT_COLUMN_LIST}
FROM (
SELECT *,
  sum(sign) OVER (PARTITION BY event_id, bucket, gateway_team, model) AS live,
  row_number() OVER (PARTITION BY event_id, bucket, gateway_team, model, sign ORDER BY ${BELIEF_EPOCH_SQL} DESC) AS recency
FROM`;

const LIVE = `WHERE session_id = {session_id:String}
)
WHERE sign = 1 AND live > 0 AND recency = 1`;

const AFTER = `  AND (event_time, toString(kind), toString(event_id))
    > ({after_time:DateTime64(3, 'UTC')}, {after_kind:String}, {after_event:String})`;
