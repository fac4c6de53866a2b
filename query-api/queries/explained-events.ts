import { partId } from "#core/identity.ts";
import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { EVENT_COLUMN_LIST, EventColumns } from "#query-api/event-columns.ts";
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
    sql: (views) => [SELECT, views.events, LIVE].join("\n"),
    params: {
      from: "1970-01-01 00:00:00.000",
      to: "2200-01-01 00:00:00.000",
      event_ids: [eventId, ...parts],
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

const LIVE = `WHERE event_id IN {event_ids:Array(FixedString(32))} AND kind IN ('response', 'part')
)
WHERE sign = 1 AND live > 0 AND recency = 1
ORDER BY kind, event_id, event_time`;
