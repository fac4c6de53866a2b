import { z } from "zod";
import { AUDITORS } from "#query-api/access.ts";
import { Integer, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { EventRow, eventRow } from "#query-api/event-row.ts";
import { cursorParameter, from, manyOf, pageSize, to, zone } from "#query-api/parameters.ts";
import {
  AUDIT_ORDERS,
  auditEventsQuery,
  auditKeysQuery,
  type EventKey,
} from "#query-api/queries/audit-events.ts";
import { readHashes } from "#query-api/queries/record-hashes.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";
import { readStanding } from "#query-api/standing.ts";

const AUDIT_DAYS_MAX = 400;

const Query = z.strictObject({
  from,
  to,
  tz: zone,
  team: manyOf("Only events of this team; repeatable."),
  session: manyOf("Only events of this session; repeatable."),
  user: manyOf("Only events of this pseudonym; repeatable."),
  source: manyOf("Only events of this source; repeatable."),
  kind: z.preprocess(
    (value) => (typeof value === "string" ? [value] : value),
    z
      .array(z.enum(["request", "response", "part", "audit"]))
      .max(4)
      .optional(),
  ),
  order: z.enum(AUDIT_ORDERS).default("newest"),
  limit: pageSize(200, 50),
  cursor: cursorParameter,
});

const Answer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  unpriced_calls: Integer.describe("On this page."),
  gateway_calls: Integer.describe("On this page."),
  events: z.array(EventRow),
  next_cursor: z.string().nullable(),
});

const schema = {
  operationId: "listAuditEvents",
  tags: ["audit"],
  summary: "Every event with its position and hashes",
  description:
    "Also what is only evidence and what was taken back later (`sign` -1). The read is recorded before the answer leaves.",
  querystring: Query,
  response: { 200: Answer, ...problems },
};

/** The audit trail: every event and every belief about it, with position and hashes. Each read is itself an act. */
export function auditEventsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/audit/events",
    config: { access: AUDITORS },
    schema,
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["audit", question] };
        const place = cursor === undefined ? null : openCursor(binding, cursor);
        const range = await readRange({ ...question, to: place?.[4] ?? question.to }, AUDIT_DAYS_MAX, {
          zones: deps.zones,
          now: deps.clock(),
        });
        await actFirst(deps, {
          act: "audit.read",
          actor: caller.keyId,
          subject: "/v1/audit/events",
          detail: { ...question, ...range, limit, further_page: place !== null },
        });
        const standing = await readStanding(reader, deps);
        const keys = await reader.rows(
          auditKeysQuery({
            ...range,
            filters: question,
            order: question.order,
            after: place === null ? null : keyOf(place),
            rowsMax: limit + 1,
          }),
        );
        const page = keys.slice(0, limit);
        const events = page.length === 0 ? [] : await reader.rows(auditEventsQuery(page, question.order));
        const hashesOf = await readHashes(reader, events);
        const last = page.at(-1);
        const rows = events.map((event) => eventRow(event, hashesOf(event)));
        const withStatus = (status: string) =>
          BigInt(rows.filter((row) => row.cost_status === status).length);
        return {
          ...standing,
          ...range,
          unpriced_calls: withStatus("unpriced"),
          gateway_calls: withStatus("gateway"),
          events: rows,
          next_cursor:
            keys.length > limit && last !== undefined
              ? sealCursor(binding, [...placeOf(last), range.to])
              : null,
        };
      }),
  });
}

function placeOf(key: EventKey): string[] {
  return [key.event_time, key.event_id, String(key.epoch), String(key.sign)];
}

function keyOf([event_time = "", event_id = "", epoch, sign]: readonly string[]): EventKey {
  return { event_time, event_id, epoch: Number(epoch), sign: Number(sign) };
}
