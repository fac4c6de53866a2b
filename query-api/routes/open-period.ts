import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { PeriodId } from "#core/settings/period.ts";
import { BOOKKEEPERS } from "#query-api/access.ts";
import { conflict, Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import { changePeriod, periodOf } from "#query-api/periods/change-period.ts";
import { beginOf, monthDates } from "#query-api/periods/month-range.ts";
import { readRange } from "#query-api/range.ts";

/** A fiscal year with its thirteenth period in one: nobody's period is longer. */
const DAYS_MAX = 400;

export const PeriodChanged = z.object({
  id: z.string(),
  version: z.int(),
  settings_offset: Integer,
  state: z.string().nullable().describe("null: it is removed."),
});

const Wish = z.strictObject({
  id: PeriodId.describe("`2026-11` is that month; any other id needs `from` and `to`."),
  zone: z
    .string()
    .max(64)
    .optional()
    .describe("IANA time zone of the books; absent: that of the other periods."),
  from: z.iso.date().optional().describe("Its first day, where it is no calendar month."),
  to: z.iso.date().optional().describe("The first day of the next one."),
  reason: Text,
});

/** A period begins open, behind or before those that there are. */
export function openPeriodRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/periods",
    config: { access: BOOKKEEPERS },
    schema: {
      operationId: "openPeriod",
      tags: ["periods"],
      summary: "Make a period; it begins open",
      body: Wish,
      response: { 201: PeriodChanged, ...problems, ...conflict },
    },
    handler: async (request, reply) => {
      const { id, reason, ...wish } = Wish.parse(request.body);
      const { periods } = deps.settings.state();
      const zone = wish.zone ?? [...periods.values()][0]?.value.zone;
      const dates = { ...monthDates(id), ...dropAbsent({ from: wish.from, to: wish.to }) };
      const faults = [
        ...(zone === undefined ? ["zone: the first period says which time zone the books are kept in"] : []),
        ...(zone !== undefined && !(await deps.zones.knows(zone))
          ? [`zone: there is no time zone ${zone}`]
          : []),
        ...(dates.from === undefined || dates.to === undefined
          ? [`from, to: ${id} is no month, so both are needed`]
          : []),
      ];
      const { from, to } = dates;
      if (faults.length > 0 || zone === undefined || from === undefined || to === undefined)
        throw failure("REQUEST_INVALID", { faults: faults.join("; ") });
      await readRange({ from, to, tz: zone }, DAYS_MAX, { zones: deps.zones, now: deps.clock() });
      const value = {
        ...{ id, zone, from: beginOf(from, zone), to: beginOf(to, zone), state: "open" as const },
        ...{ soft_closed_at: null, closed_at: null, snapshot: null, reopening: null, reopenings: [] },
      };
      const by = { step: "open", actor: callerOf(request).keyId, reason } as const;
      const made = await changePeriod(deps, id, { value, expected: 0 }, by);
      return reply.status(201).send({ id, ...made, state: "open" });
    },
  });
}

/** Only one that was never closed, and from an end: periods have no gap. */
export function removePeriodRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "DELETE",
    url: "/v1/periods/:id",
    config: { access: BOOKKEEPERS },
    schema: {
      operationId: "removePeriod",
      tags: ["periods"],
      summary: "Remove a period that was opened by mistake",
      params: z.strictObject({ id: PeriodId }),
      querystring: z.strictObject({ reason: Text }),
      response: { 200: PeriodChanged, ...problems, ...notFound, ...conflict },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { version: expected } = periodOf(deps, id);
      const by = { step: "remove", actor: callerOf(request).keyId, reason: request.query.reason } as const;
      return { id, ...(await changePeriod(deps, id, { value: null, expected }, by)), state: null };
    },
  });
}

function dropAbsent(dates: { from: string | undefined; to: string | undefined }): {
  from?: string;
  to?: string;
} {
  return {
    ...(dates.from === undefined ? {} : { from: dates.from }),
    ...(dates.to === undefined ? {} : { to: dates.to }),
  };
}
