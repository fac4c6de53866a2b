import { z } from "zod";
import { ALERT_KINDS, ALERT_STATES } from "#core/alert.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, pageSize } from "#query-api/parameters.ts";
import { alertsQuery } from "#query-api/queries/alerts.ts";
import { readFor } from "#query-api/read-for.ts";

const oneOrMany = <Name extends string>(names: readonly Name[], description: string) =>
  z
    .preprocess(
      (value) => (typeof value === "string" ? [value] : value),
      z.array(z.enum(names)).max(names.length),
    )
    .optional()
    .describe(description);

const Answer = z.object({
  as_of: z.string(),
  alerts: z.array(
    z.object({
      alert_id: z.string().describe("The same trouble has the same id for ever."),
      episode: z.int().describe("How often it has fired; each time is an entry of its own."),
      kind: z.enum(ALERT_KINDS),
      state: z.enum(ALERT_STATES),
      labels: z.record(z.string(), z.string()).describe("What it is about."),
      details: z.record(z.string(), z.string()).describe("What is worth knowing, as of `changed_at`."),
      receivers: z.array(z.string()).describe("Who hears of it, as decided when it fired."),
      first_seen: z.string().describe("When the first of what it is about happened."),
      last_seen: z
        .string()
        .describe("When the last of it happened; while the alert fires, it may be an hour behind."),
      fired_at: z.string(),
      changed_at: z.string(),
      resolved_at: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

/** What needs somebody, and what did. */
export function alertsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/alerts",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listAlerts",
      tags: ["alerts"],
      summary: "Alerts on record, firing and resolved",
      description:
        "Newest first. `unpriced_model`: calls of a model have no price on its platform; it is resolved once none is left. `scheduled_export`: the last export of a schedule was given up; it is resolved by the next one that is delivered. `reject_share`, `coverage_gap`, `conflict`, `stale_ingest`: the system about itself (docs/system-alerts.md).",
      querystring: z.strictObject({
        kind: oneOrMany(ALERT_KINDS, "Only alerts of this kind; repeatable."),
        state: oneOrMany(ALERT_STATES, "Only alerts in this state; repeatable."),
        limit: pageSize(500, 100),
        cursor: cursorParameter,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["alerts", question] };
        const [firedAt = "", id = "", episode = ""] = cursor === undefined ? [] : openCursor(binding, cursor);
        const found = await reader.rows(
          alertsQuery({
            kinds: question.kind,
            states: question.state,
            after: cursor === undefined ? null : { firedAt, id, episode },
            rowsMax: limit + 1,
          }),
        );
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          as_of: deps.clock().toISOString(),
          alerts: page,
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.fired_at, last.alert_id, String(last.episode)])
              : null,
        };
      }),
  });
}
