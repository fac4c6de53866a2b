import { z } from "zod";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import { REQUESTS_SQL } from "#query-api/queries/requests-sql.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

const SessionSums = z.object({
  session_id: z.string(),
  team: Known,
  first_at: Moment,
  last_at: Moment,
  calls: Whole,
  requests: Whole,
  models: z.array(z.string()),
  agents: Whole,
  users: z.array(z.string()),
  cost_rated: z.string(),
  cost_gateway: z.string(),
  gateway_calls: Whole,
  unpriced_calls: Whole,
});
export type SessionSums = z.infer<typeof SessionSums>;

/** The place of the last row of the page before. */
export interface SessionPlace {
  readonly firstAt: string;
  readonly sessionId: string;
  readonly team: string;
}

/**
 * Sessions that began to call in the range, newest first. A session id is a client's word, so the same one may be
 * used by two teams: each team's part is a row of its own.
 */
export function sessionsQuery(values: {
  from: string;
  to: string;
  teams: readonly string[] | undefined;
  users: readonly string[] | undefined;
  after: SessionPlace | null;
  rowsMax: number;
}): ViewQuery<typeof SessionSums> {
  const { from, to, teams, users, after, rowsMax } = values;
  return {
    name: "sessions",
    sql: (views) =>
      [
        SELECT,
        views.calls,
        "WHERE session_id != ''",
        ...(teams === undefined ? [] : ["AND team IN {filter_team:Array(String)}"]),
        ...(users === undefined ? [] : ["AND user_ref IN {filter_user:Array(String)}"]),
        "GROUP BY session_id, team",
        "HAVING calls > 0",
        ...(after === null ? [] : [AFTER]),
        "ORDER BY first_at DESC, session_id, team",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      from: from.replace("Z", ""),
      to: to.replace("Z", ""),
      ...(teams === undefined ? {} : { filter_team: teams }),
      ...(users === undefined ? {} : { filter_user: users }),
      ...(after === null
        ? {}
        : {
            after_first: after.firstAt.replace("Z", ""),
            after_session: after.sessionId,
            after_team: after.team,
          }),
      rows_max: rowsMax,
    },
    row: SessionSums,
  };
}

const SELECT = `SELECT
  session_id,
  toString(team) AS team,
  min(event_time) AS first_at,
  max(greatest(event_time, ifNull(ended_at, event_time))) AS last_at,
  sumIf(sign, kind = 'response') AS calls,
  ${REQUESTS_SQL} AS requests,
  arraySort(groupUniqArray(32)(if(model_canonical = '', model, model_canonical))) AS models,
  uniqExactIf(agent, agent != '') AS agents,
  arraySort(groupUniqArrayIf(32)(user_ref, user_ref != '')) AS users,
  toString(ifNull(sumIf(sign * cost_usd, cost_status IN ('rated', 'estimated')), 0)) AS cost_rated,
  toString(ifNull(sumIf(sign * cost_usd, cost_status = 'gateway'), 0)) AS cost_gateway,
  sumIf(sign, cost_status = 'gateway') AS gateway_calls,
  sumIf(sign, ${UNPRICED_SQL}) AS unpriced_calls
FROM`;

const AFTER = `AND (first_at < {after_first:DateTime64(3, 'UTC')}
  OR (first_at = {after_first:DateTime64(3, 'UTC')}
    AND (session_id, team) > ({after_session:String}, {after_team:String})))`;
