import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { ADMINS } from "#query-api/access.ts";
import { conflict, Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { deliveryQuery } from "#query-api/queries/deliveries.ts";
import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

const Wish = z.strictObject({ reason: Text.describe("Why; part of the history.") });

/** Asks the jobs to send a notification again that was given up. */
export function replayDeliveryRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/alerts/deliveries/:id/replay",
    config: { access: ADMINS },
    schema: {
      operationId: "replayDelivery",
      tags: ["alerts"],
      summary: "Send a notification again that was given up",
      description:
        "The jobs send it as if for the first time, with the id that it always had, and with as many tries. An end that was left out because its beginning had been given up follows.",
      params: z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/, "is no id of a notification") }),
      body: Wish,
      response: {
        202: z.object({ settings_offset: Integer, delivery_id: z.string(), replay: z.int() }),
        ...problems,
        ...notFound,
        ...conflict,
      },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, { keyId: actor }) => {
        const { id } = request.params;
        const { reason } = Wish.parse(request.body);
        const [found] = await reader.rows(deliveryQuery(id));
        if (found === undefined) throw failure("DELIVERY_UNKNOWN", { delivery: id });
        const { state, receiver, alert_id, transition } = found;
        if (state !== "dead") throw failure("DELIVERY_NOT_DEAD", { delivery: id, state });
        const detail = { receiver, alert_id, transition, reason };
        await actFirst(deps, { act: "alert.replayed", actor, subject: id, detail });
        const outcome = await deps.changeSettings({
          ...{ kind: "delivery_request", id, change_id: randomUUID(), actor, reason },
          expected_version: deps.settings.state().deliveryRequests.get(id)?.version ?? 0,
          value: { id, requested_by: actor },
          at: deps.clock().toISOString(),
        });
        const { offset, version } = appliedOr(outcome);
        reply.status(202);
        return { settings_offset: offset, delivery_id: id, replay: version };
      }),
  });
}
