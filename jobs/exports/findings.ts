import type { AlertFinding } from "#core/alert.ts";
import type { ExportRun } from "#core/export-schedule/export-run.ts";

/** Schedules whose last outcome is that an export was given up; what is still tried or was missed says nothing. */
export function failingExports(runs: readonly ExportRun[]): readonly AlertFinding[] {
  const bySchedule = Map.groupBy(
    runs.filter(({ state }) => state === "delivered" || state === "failed"),
    ({ schedule }) => schedule,
  );
  return [...bySchedule].flatMap(([schedule, over]) => {
    const last = over.reduce((newest, run) => (run.dueAt > newest.dueAt ? run : newest));
    if (last.state === "delivered") return [];
    return {
      labels: { schedule },
      details: { code: last.failure?.code ?? "", due_at: last.dueAt, destination: last.destination },
      firstSeen: last.dueAt,
      lastSeen: last.dueAt,
    };
  });
}
