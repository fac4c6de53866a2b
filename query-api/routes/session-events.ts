import { z } from "zod";
import { failure } from "#core/failure.ts";
import { READERS } from "#query-api/access.ts";
import { Integer, notFound, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { EventRow, eventRow } from "#query-api/event-row.ts";
import { cursorParameter, pageSize } from "#query-api/parameters.ts";
import { readHashes } from "#query-api/queries/record-hashes.ts";
import { sessionEventsQuery } from "#query-api/queries/session-events.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";

const Answer = z.object({
  ...Standing,
  session_id: z.string(),
  unpriced_calls: Integer.describe("On this page."),
  gateway_calls: Integer.describe("On this page."),
  events: z.array(EventRow),
  next_cursor: z.string().nullable(),
});

/** What happened in one session. */
export function sessionEventsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/sessions/:id/events",
    config: { access: READERS },
    schema: {
      operationId: "listSessionEvents",
      tags: ["sessions"],
      summary: "Requests and responses of a session, in order",
      description:
        "Each event once, as it is believed now. A session of which the key sees nothing is 404, whether it exists or not.",
      params: z.strictObject({ id: z.string().min(1).max(512).describe("The session's id.") }),
      querystring: z.strictObject({ limit: pageSize(500, 200), cursor: cursorParameter }),
      response: { 200: Answer, ...problems, ...notFound },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const sessionId = request.params.id;
        const { cursor, limit } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["events", sessionId] };
        const place = cursor === undefined ? null : openCursor(binding, cursor);
        const [eventTime = "", kind = "", eventId = ""] = place ?? [];
        const standing = await readStanding(reader, deps);
        const found = await reader.rows(
          sessionEventsQuery({
            sessionId,
            after: place === null ? null : { eventTime, kind, eventId },
            rowsMax: limit + 1,
          }),
        );
        if (found.length === 0 && place === null) throw failure("NOT_FOUND");
        const page = found.slice(0, limit);
        const last = page.at(-1);
        const hashesOf = await readHashes(reader, page);
        const counted = page.filter((event) => event.kind === "response" && event.role === "ledger");
        const withStatus = (status: string) =>
          BigInt(counted.filter((event) => event.cost_status === status).length);
        return {
          ...standing,
          session_id: sessionId,
          unpriced_calls: withStatus("unpriced"),
          gateway_calls: withStatus("gateway"),
          events: page.map((event) => eventRow(event, hashesOf(event))),
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.event_time, last.kind, last.event_id])
              : null,
        };
      }),
  });
}
