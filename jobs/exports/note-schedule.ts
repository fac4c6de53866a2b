import type { ExportRun } from "#core/export-schedule/export-run.ts";
import { runActId } from "#core/export-schedule/names.ts";
import { type Noted, noteDue, type ScheduleNow } from "#core/export-schedule/note-due.ts";
import type { ExportsDeps } from "#jobs/exports/deps.ts";
import { writeRuns } from "#jobs/exports/write-runs.ts";

/** Puts on record what has fallen due of a schedule; what was missed is named in the log and as an act first. */
export async function noteSchedule(
  now: ScheduleNow,
  known: readonly ExportRun[],
  sinceMs: number,
  deps: ExportsDeps,
): Promise<readonly ExportRun[]> {
  const noted = noteDue(now, known, { sinceMs, nowMs: deps.clock().getTime() });
  await tellMissed(now, noted, deps);
  await writeRuns(deps.clickhouse, noted.runs);
  return noted.runs;
}

async function tellMissed({ schedule }: ScheduleNow, { runs, cut }: Noted, deps: ExportsDeps): Promise<void> {
  for (const [at, { dueAt }] of runs.filter(({ state }) => state === "missed").entries()) {
    const detail = { owner: schedule.owner, due_at: dueAt, earlier_ones_too: at === 0 && cut };
    deps.log.warn(
      { schedule: schedule.id, ...detail },
      "an export was due while no job ran, and is too old to be made up for",
    );
    await deps.recordAct({
      act_id: runActId("missed", schedule.id, dueAt),
      act: "export.missed",
      actor: `schedule:${schedule.id}`,
      subject: `/v1/exports/${schedule.export}`,
      detail,
    });
    deps.measures.runs.inc({ outcome: "missed" });
  }
}
