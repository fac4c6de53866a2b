import { z } from "zod";
import { READERS } from "#query-api/access.ts";
import { Amount, Integer, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, from, manyOf, pageSize, to, zone } from "#query-api/parameters.ts";
import { type SessionSums, sessionsQuery } from "#query-api/queries/sessions.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";

const SESSIONS_DAYS_MAX = 400;

const Query = z.strictObject({
  from,
  to,
  tz: zone,
  team: manyOf("Only sessions of this team; repeatable."),
  user: manyOf("Only calls of this pseudonym; repeatable."),
  limit: pageSize(500, 100),
  cursor: cursorParameter,
});

const Session = z.object({
  session_id: z.string(),
  team: z.string().nullable(),
  first_at: z.string(),
  last_at: z.string(),
  calls: Integer,
  requests: Integer.describe("What the client asked: attempts of one request count once."),
  models: z.array(z.string()).describe("At most 32."),
  users: z.array(z.string()).describe("Pseudonyms, at most 32."),
  agents: Integer.describe("Sub-agents that called."),
  cost: Amount.describe("By our price book, estimates included."),
  gateway_cost: Amount.describe("Of calls that stand at the gateway's figure; not in `cost`."),
  gateway_calls: Integer,
  unpriced_calls: Integer,
});

const Answer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  unpriced_calls: Integer.describe("Of the sessions on this page."),
  gateway_calls: Integer.describe("Of the sessions on this page."),
  sessions: z.array(Session),
  next_cursor: z.string().nullable().describe("null: this is the last page."),
});

const schema = {
  operationId: "listSessions",
  tags: ["sessions"],
  summary: "Sessions with calls in the range, newest first",
  description:
    "Figures are of the calls inside the range. An id that two teams used is a row for each of them.",
  querystring: Query,
  response: { 200: Answer, ...problems },
};

/** Sessions, newest first. */
export function sessionsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/sessions",
    config: { access: READERS },
    schema,
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["sessions", question] };
        const place = cursor === undefined ? null : openCursor(binding, cursor);
        const [firstAt = "", sessionId = "", team = "", until] = place ?? [];
        const range = await readRange(
          // The end of the first page counts for all, or an open end would move between pages.
          { ...question, to: until ?? question.to },
          SESSIONS_DAYS_MAX,
          { zones: deps.zones, now: deps.clock() },
        );
        const standing = await readStanding(reader, deps);
        const found = await reader.rows(
          sessionsQuery({
            ...range,
            teams: question.team,
            users: question.user,
            after: place === null ? null : { firstAt, sessionId, team },
            rowsMax: limit + 1,
          }),
        );
        const page = found.slice(0, limit);
        const last = page.at(-1);
        const sessions = page.map(sessionRow);
        return {
          ...standing,
          ...range,
          unpriced_calls: sessions.reduce((sum, session) => sum + session.unpriced_calls, 0n),
          gateway_calls: sessions.reduce((sum, session) => sum + session.gateway_calls, 0n),
          sessions,
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.first_at, last.session_id, last.team ?? "", range.to])
              : null,
        };
      }),
  });
}

function sessionRow({ cost_rated, cost_gateway, ...session }: SessionSums): z.infer<typeof Session> {
  return { ...session, cost: usd(storedMoney(cost_rated)), gateway_cost: usd(storedMoney(cost_gateway)) };
}
