import { z } from "zod";
import { ALERT_KINDS } from "#core/alert.ts";
import { DELIVERY_STATES } from "#core/notifications/delivery.ts";
import { TRANSITIONS } from "#core/notifications/notification.ts";
import { ReceiverName } from "#core/settings/receiver.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, pageSize } from "#query-api/parameters.ts";
import { deliveriesQuery } from "#query-api/queries/deliveries.ts";
import { readFor } from "#query-api/read-for.ts";

const many = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .preprocess((value) => (typeof value === "string" ? [value] : value), z.array(schema).min(1).max(100))
    .optional();

export const ListedDelivery = z.object({
  delivery_id: z.string().describe("Also the header `webhook-id`: the same at every try."),
  alert_id: z.string(),
  episode: z.int(),
  kind: z.enum(ALERT_KINDS).describe("Of the alert."),
  transition: z.enum(TRANSITIONS).describe("What is told: that the alert fires, or that it is over."),
  receiver: z.string(),
  state: z
    .enum(DELIVERY_STATES)
    .describe(
      "`pending`: failed and is tried again. `dead`: given up; it can be replayed. `skipped`: the receiver does not want it, or it was over before anybody was told.",
    ),
  attempts: z.int().describe("Since it was made or last replayed."),
  status: z.int().describe("Of the last answer; 0: none came."),
  code: z.string().nullable().describe("Of the last failure."),
  message: z.string().nullable(),
  replays: z.int(),
  created_at: z.string(),
  changed_at: z.string(),
  next_try_at: z.string().nullable(),
  sent_at: z.string().nullable(),
});

const Answer = z.object({
  as_of: z.string(),
  deliveries: z.array(ListedDelivery),
  next_cursor: z.string().nullable(),
});

/** What became of telling receivers of alerts. */
export function deliveriesRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/alerts/deliveries",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listDeliveries",
      tags: ["alerts"],
      summary: "What became of telling receivers of alerts",
      description:
        "Newest first, one entry a notification: what a receiver was or is to be told of an episode of an alert. One that was never tried has no entry yet.",
      querystring: z.strictObject({
        state: many(z.enum(DELIVERY_STATES)).describe("Only notifications in this state; repeatable."),
        receiver: many(ReceiverName).describe("Only those of this receiver; repeatable."),
        limit: pageSize(500, 100),
        cursor: cursorParameter,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = {
          ...{ secret: deps.cursorSecret, keyId: caller.keyId },
          question: ["deliveries", question],
        };
        const [createdAt = "", id = ""] = cursor === undefined ? [] : openCursor(binding, cursor);
        const found = await reader.rows(
          deliveriesQuery({
            ...{ states: question.state, receivers: question.receiver, rowsMax: limit + 1 },
            after: cursor === undefined ? null : { createdAt, id },
          }),
        );
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          as_of: deps.clock().toISOString(),
          deliveries: page,
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.created_at, last.delivery_id])
              : null,
        };
      }),
  });
}
