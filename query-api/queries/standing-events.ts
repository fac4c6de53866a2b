import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { EVENT_COLUMN_LIST } from "#query-api/event-columns.ts";

/**
 * Each event of some once, as it is believed now: the latest belief of a place (time, team, model) where not all of it
 * was taken back, as it is under the old team of a call that moved, and where a copy lost against another.
 * @param events the view to read from
 * @param which a condition on its rows
 */
export function standingEventsSql(events: string, which: string): string {
  return `SELECT
${EVENT_COLUMN_LIST}
FROM (
SELECT *,
  sum(sign) OVER (PARTITION BY event_id, bucket, gateway_team, model) AS live,
  row_number() OVER (PARTITION BY event_id, bucket, gateway_team, model, sign ORDER BY ${BELIEF_EPOCH_SQL} DESC) AS recency
FROM
${events}
WHERE ${which}
)
WHERE sign = 1 AND live > 0 AND recency = 1`;
}
