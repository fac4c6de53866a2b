import { z } from "zod";
import { readDueTimes } from "#core/export-schedule/due-times.ts";
import { RUN_STATES } from "#core/export-schedule/export-run.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { ownerRefusal } from "#query-api/exports/schedule/owner-scope.ts";
import { pageSize } from "#query-api/parameters.ts";
import { type RunRow, scheduledExportsQuery } from "#query-api/queries/scheduled-exports.ts";
import { readFor } from "#query-api/read-for.ts";

const Run = z.object({
  due_at: z.string().describe("Also the file's `as_of`."),
  state: z
    .enum(RUN_STATES)
    .describe(
      "`due`: begins two minutes after its time. `retrying`: failed and is tried again. `failed`: given up. `missed`: was due while no job ran, and too long ago to be made up for.",
    ),
  attempts: z.int(),
  destination: z.string(),
  file: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  bytes: Integer,
  row_count: Integer,
  sha256: z.string().nullable(),
  data_until: z.string().nullable(),
  data_reaches_end: z
    .boolean()
    .describe(
      "Whether records of after the range had arrived by `as_of`; where not, some of the range may be missing.",
    ),
  code: z.string().nullable().describe("Of the last failure."),
  message: z.string().nullable(),
  changed_at: z.string(),
  next_try_at: z.string().nullable(),
});

const Answer = z.object({
  as_of: z.string(),
  schedules: z.array(
    z.object({
      id: z.string(),
      version: z.int(),
      value: z.record(z.string(), z.unknown()).describe("The setting `export_schedule`."),
      next_due_at: z.string().nullable().describe("null: paused, or never."),
      owner_refused: z.string().nullable().describe("Why the owner may see no costs now; null: it may."),
      runs: z.array(Run).describe("Newest first."),
    }),
  ),
});

/** The schedules of exports, each with what became of its last due times. */
export function exportSchedulesRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/exports/schedules",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listExportSchedules",
      tags: ["exports"],
      summary: "Scheduled exports and what became of them",
      description:
        "A schedule is the setting `export_schedule` and is changed at `/v1/settings/export_schedule/{id}`.",
      querystring: z.strictObject({ runs: pageSize(100, 5) }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const now = deps.clock();
        const state = deps.settings.state();
        const schedules = [...state.exportSchedules.values()];
        const names = schedules.map(({ value }) => value.id);
        const rows = await reader.rows(scheduledExportsQuery(names, request.query.runs));
        return {
          as_of: now.toISOString(),
          schedules: schedules.map(({ value, version }) => ({
            id: value.id,
            version,
            value: { ...value },
            next_due_at: nextDue(value, now.getTime()),
            owner_refused: ownerRefusal(state, value.owner, now.getTime()),
            runs: rows.filter(({ schedule }) => schedule === value.id).map(runOf),
          })),
        };
      }),
  });
}

function nextDue({ enabled, cron, zone }: ExportScheduleSetting, nowMs: number): string | null {
  const due = enabled ? readDueTimes(cron, zone) : null;
  const next = due?.ok ? due.value.nextAfter(nowMs) : null;
  return next === null ? null : new Date(next).toISOString();
}

function runOf({ schedule: _schedule, range_from: from, range_to: to, reaches_end, ...run }: RunRow) {
  return { ...run, from, to, data_reaches_end: reaches_end };
}
