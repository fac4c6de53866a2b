import { EventColumns } from "#query-api/event-columns.ts";
import { standingEventsSql } from "#query-api/queries/standing-events.ts";
import type { ViewQuery } from "#query-api/reader.ts";

export interface SessionEventPlace {
  readonly eventTime: string;
  readonly kind: string;
  readonly eventId: string;
}

/**
 * What happened in a session, in order, each event once as it is believed now. The whole of time is asked, because a
 * session is found by its id (a bloom index), not by when it was.
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
        standingEventsSql(views.events, "session_id = {session_id:String}"),
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

const AFTER = `  AND (event_time, toString(kind), toString(event_id))
    > ({after_time:DateTime64(3, 'UTC')}, {after_kind:String}, {after_event:String})`;
