import { z } from "zod";
import { type ExportRun, RUN_STATES } from "#core/export-schedule/export-run.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** `2026-11-01 00:00:00.000` in UTC. */
const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);
/** Newest due times that are read of a schedule: what is open is among them, unless hundreds wait. */
const RUNS_MAX = 500;

const RunRow = z.object({
  schedule: z.string(),
  due_at: Moment,
  state: z.enum(RUN_STATES),
  attempts: z.int(),
  schedule_version: z.int(),
  destination: z.string(),
  file: z.string(),
  range_from: z.string(),
  range_to: z.string(),
  bytes: z.coerce.number(),
  row_count: z.coerce.number(),
  sha256: z.string(),
  data_until: Moment.nullable(),
  reaches_end: z.boolean(),
  code: z.string(),
  message: z.string(),
  changed_at: Moment,
  next_try_at: Moment.nullable(),
  revision: z.int(),
});

/** What is on record of some schedules and of certain due times, newest first. */
export async function readRuns(
  clickhouse: Pick<ClickHouse, "query">,
  schedules: readonly string[],
  also: readonly string[],
  signal: AbortSignal,
): Promise<readonly ExportRun[]> {
  const rows = await clickhouse.query({
    name: "scheduled_exports",
    sql: `SELECT schedule, due_at, toString(state) AS state, attempts, schedule_version, destination, file, range_from,
            range_to, bytes, row_count, sha256, data_until, reaches_end, code, message, changed_at, next_try_at, revision
          FROM (
            SELECT *, row_number() OVER (PARTITION BY schedule ORDER BY due_at DESC) AS nth
            FROM scheduled_exports_v1 FINAL WHERE schedule IN {schedules:Array(String)})
          WHERE nth <= {runs_max:UInt32} OR due_at IN {also:Array(DateTime64(3, 'UTC'))}
          ORDER BY schedule, due_at DESC`,
    params: { schedules, runs_max: RUNS_MAX, also: also.map((at) => at.replace("Z", "")) },
    row: RunRow,
    signal,
  });
  return rows.map((row) => ({
    schedule: row.schedule,
    dueAt: row.due_at,
    state: row.state,
    attempts: row.attempts,
    scheduleVersion: row.schedule_version,
    destination: row.destination,
    made: row.file === "" ? null : madeOf(row),
    failure: row.code === "" ? null : { code: row.code, message: row.message },
    changedAt: row.changed_at,
    nextTryAt: row.next_try_at,
    revision: row.revision,
  }));
}

function madeOf(row: z.output<typeof RunRow>): NonNullable<ExportRun["made"]> {
  return {
    file: row.file,
    from: row.range_from,
    to: row.range_to,
    bytes: row.bytes,
    rowCount: row.row_count,
    sha256: row.sha256,
    dataUntil: row.data_until,
    reachesEnd: row.reaches_end,
  };
}
