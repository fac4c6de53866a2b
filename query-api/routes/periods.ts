import { z } from "zod";
import { PeriodId, PeriodSetting } from "#core/settings/period.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { periodOf } from "#query-api/periods/change-period.ts";
import { describePeriod, PeriodAnswer } from "#query-api/periods/describe-period.ts";
import { readFor } from "#query-api/read-for.ts";

const Listed = z.object({ ...PeriodSetting.shape, version: z.int() });

/** All periods, in the order of time. */
export function listPeriodsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/periods",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listPeriods",
      tags: ["periods"],
      summary: "Accounting periods, each with what it was closed with",
      response: {
        200: z.object({ settings_offset: Integer, periods: z.array(Listed) }),
        ...problems,
      },
    },
    handler: () => {
      const { periods, offset } = deps.settings.state();
      const list = [...periods.values()].map(({ value, version }) => ({ ...value, version }));
      return { settings_offset: offset, periods: list.sort((a, b) => (a.from < b.from ? -1 : 1)) };
    },
  });
}

export function getPeriodRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/periods/:id",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "getPeriod",
      tags: ["periods"],
      summary: "One period: its snapshot, what is booked in it now, and what came late",
      description: "Of a period that is not closed, `now` and `closing` are the plan of closing it.",
      params: z.strictObject({ id: PeriodId }),
      response: { 200: PeriodAnswer, ...problems, ...notFound },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, (reader) =>
        describePeriod(reader, deps, periodOf(deps, request.params.id)),
      ),
  });
}
