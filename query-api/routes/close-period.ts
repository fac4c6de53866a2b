import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { PeriodId, type PeriodSetting } from "#core/settings/period.ts";
import { BOOKKEEPERS } from "#query-api/access.ts";
import { conflict, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { changePeriod, periodOf, refuseEarly } from "#query-api/periods/change-period.ts";
import { ACCEPTED, readObstacles, refusalOf } from "#query-api/periods/obstacles.ts";
import { cutNow, takeSnapshot } from "#query-api/periods/take-snapshot.ts";
import { readFor } from "#query-api/read-for.ts";
import { PeriodChanged } from "#query-api/routes/open-period.ts";
import { readStanding } from "#query-api/standing.ts";

const Wish = z.strictObject({
  soft: z.boolean().default(false).describe("Soft: what comes later is flagged, and still booked in it."),
  accept: z
    .array(z.enum(ACCEPTED))
    .max(ACCEPTED.length)
    .default([])
    .describe("What stands in the way and may."),
  reason: Text.describe("Why, or why so; part of the history."),
});

/** Closes a period with what is booked in it, by the rules of the fold; refuses what nobody accepted. */
export function closePeriodRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/periods/:id/close",
    config: { access: BOOKKEEPERS },
    schema: {
      operationId: "closePeriod",
      tags: ["periods"],
      summary: "Close a period, or close it softly",
      description:
        "Sums up what was written until a minute ago and keeps it with its hash. What comes later is booked in the first period that is open then.",
      params: z.strictObject({ id: PeriodId }),
      body: Wish,
      response: { 200: PeriodChanged, ...problems, ...notFound, ...conflict },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, { keyId: actor }) => {
        const { id } = request.params;
        const { soft, accept, reason } = Wish.parse(request.body);
        const { value: period, version: expected } = periodOf(deps, id);
        if (soft) {
          const value = {
            ...period,
            state: "soft_closed" as const,
            soft_closed_at: deps.clock().toISOString(),
          };
          const by = { step: "soft_close", actor, reason } as const;
          return { id, ...(await changePeriod(deps, id, { value, expected }, by)), state: value.state };
        }
        const state = deps.settings.state();
        const closedAt = cutNow(deps.clock());
        const closing = { ...period, state: "closed" as const, closed_at: closedAt };
        refuseEarly(deps, { ...closing, snapshot: emptySnapshot(actor, reason) }, actor);
        const standing = await readStanding(reader, deps);
        const { totals, lines, sha256 } = await takeSnapshot(reader, state, period, closedAt);
        const found = await readObstacles(reader, period, BigInt(totals.unpriced_calls));
        const refusal = refusalOf(found, accept);
        if (refusal !== null) throw failure("PERIOD_NOT_READY", { id, what: refusal });
        const accepted = found.refused_for.filter((name) => accept.includes(name));
        const snapshot = {
          ...{ totals, lines, sha256, accepted, closed_by: actor, reason },
          settings_offset: state.offset.toString(),
          data_until: standing.data_until,
        };
        const by = {
          step: "close",
          actor,
          reason,
          detail: { closed_at: closedAt, sha256, accepted },
        } as const;
        const made = await changePeriod(deps, id, { value: { ...closing, snapshot }, expected }, by);
        return { id, ...made, state: "closed" };
      }),
  });
}

/** Stands in for the one that takes long to read, where the rules are asked first. */
function emptySnapshot(closed_by: string, reason: string): NonNullable<PeriodSetting["snapshot"]> {
  const totals = {} as NonNullable<PeriodSetting["snapshot"]>["totals"];
  return {
    totals,
    lines: 0,
    sha256: "",
    settings_offset: "-1",
    data_until: null,
    accepted: [],
    closed_by,
    reason,
  };
}
