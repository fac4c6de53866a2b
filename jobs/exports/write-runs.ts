import { createHash } from "node:crypto";
import type { ExportRun } from "#core/export-schedule/export-run.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const COLUMNS = [
  ...["schedule", "due_at", "state", "attempts", "schedule_version", "destination", "file", "range_from"],
  ...["range_to", "bytes", "row_count", "sha256", "data_until", "reaches_end", "code", "message"],
  ...["changed_at", "next_try_at", "revision"],
];

/** Puts what became of due times on record. */
export async function writeRuns(
  clickhouse: Pick<ClickHouse, "insert">,
  runs: readonly ExportRun[],
): Promise<void> {
  await clickhouse.insert({
    table: "scheduled_exports_v1",
    columns: COLUMNS,
    rows: runs.map(({ made, failure, ...run }) => ({
      schedule: run.schedule,
      due_at: run.dueAt,
      state: run.state,
      attempts: run.attempts,
      schedule_version: run.scheduleVersion,
      destination: run.destination,
      file: made?.file ?? "",
      range_from: made?.from ?? "",
      range_to: made?.to ?? "",
      bytes: made?.bytes ?? 0,
      row_count: made?.rowCount ?? 0,
      sha256: made?.sha256 ?? "",
      data_until: made?.dataUntil ?? null,
      reaches_end: made?.reachesEnd ?? false,
      code: failure?.code ?? "",
      message: failure?.message ?? "",
      changed_at: run.changedAt,
      next_try_at: run.nextTryAt,
      revision: run.revision,
    })),
    token: `scheduled-exports-${createHash("sha256").update(JSON.stringify(runs)).digest("hex")}`,
  });
}
