import { z } from "zod";
import { RUN_STATES } from "#core/export-schedule/export-run.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

const RunRow = z.object({
  schedule: z.string(),
  due_at: Moment,
  state: z.enum(RUN_STATES),
  attempts: z.int(),
  destination: z.string(),
  file: Known,
  range_from: Known,
  range_to: Known,
  bytes: Whole,
  row_count: Whole,
  sha256: Known,
  data_until: Moment.nullable(),
  reaches_end: z.boolean(),
  code: Known,
  message: Known,
  changed_at: Moment,
  next_try_at: Moment.nullable(),
});
export type RunRow = z.output<typeof RunRow>;

/** The newest due times of each schedule that is there, newest first. */
export function scheduledExportsQuery(
  schedules: readonly string[],
  runsMax: number,
): ViewQuery<typeof RunRow> {
  return {
    name: "scheduled_exports",
    sql: () => `SELECT schedule, due_at, toString(state) AS state, attempts, destination, file, range_from, range_to,
  bytes, row_count, sha256, data_until, reaches_end, code, message, changed_at, next_try_at
FROM all_scheduled_exports AS e
WHERE schedule IN {schedules:Array(String)}
ORDER BY schedule, due_at DESC
LIMIT {runs_max:UInt32} BY schedule`,
    params: { schedules, runs_max: runsMax },
    row: RunRow,
  };
}
