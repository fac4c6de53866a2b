import { partId } from "#core/identity.ts";
import { EventColumns } from "#query-api/event-columns.ts";
import { standingEventsSql } from "#query-api/queries/standing-events.ts";
import type { ViewQuery } from "#query-api/reader.ts";

/** As many parts as a call can state (the event contract). */
const PARTS_MAX = 64;

/**
 * A call and its further parts as they are believed now. A part's id follows from its call's, so all are found by id (a
 * bloom index), over the whole of time: whoever asks has an id and seldom a day.
 */
export function explainedEventsQuery(eventId: string): ViewQuery<typeof EventColumns> {
  const parts = Array.from({ length: PARTS_MAX }, (_, index) => partId(eventId, index));
  return {
    name: "explained_events",
    sql: (views) => `${standingEventsSql(views.events, WHICH)}\nORDER BY kind, event_id, event_time`,
    params: {
      from: "1970-01-01 00:00:00.000",
      to: "2200-01-01 00:00:00.000",
      event_ids: [eventId, ...parts],
    },
    row: EventColumns,
  };
}

const WHICH = "event_id IN {event_ids:Array(FixedString(32))} AND kind IN ('response', 'part')";
