import { ATTEMPTS_MAX, changedRun, type ExportRun, retryWaitMs } from "#core/export-schedule/export-run.ts";
import { runActId } from "#core/export-schedule/names.ts";
import { Failure, type FailureCode, failure } from "#core/failure.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { deliverRun } from "#jobs/exports/deliver-run.ts";
import type { ExportsDeps } from "#jobs/exports/deps.ts";
import { writeRuns } from "#jobs/exports/write-runs.ts";

/** Another try would find the same; somebody has to set or configure something first. */
const HOPELESS: readonly FailureCode[] = [
  "EXPORT_OWNER_REFUSED",
  "EXPORT_SCHEDULE_INVALID",
  "EXPORT_DESTINATION_UNKNOWN",
  "REQUEST_INVALID",
  "EXPORT_RUN_LOST",
  "EXPORT_RECEIVER_REFUSED",
];

/**
 * One try at a due time, on record before and after. What breaks off with the program stays `running` on record, and the
 * next round, here or at another leader, takes it up at once: tries are counted before they are made.
 */
export async function tryRun(
  run: ExportRun,
  { schedule, version }: { readonly schedule: ExportScheduleSetting; readonly version: number },
  deps: ExportsDeps,
  signal: AbortSignal,
): Promise<ExportRun> {
  const { clock, clickhouse, measures, log } = deps;
  const now = () => clock().toISOString();
  const about = { schedule: schedule.id, due_at: run.dueAt, destination: schedule.destination };
  let tried = run;
  try {
    if (run.attempts >= ATTEMPTS_MAX)
      throw failure("EXPORT_RUN_LOST", { attempts: run.attempts, schedule: schedule.id, due: run.dueAt });
    const looked = { scheduleVersion: version, destination: schedule.destination };
    tried = changedRun(run, now(), { ...looked, state: "running", attempts: run.attempts + 1 });
    await writeRuns(clickhouse, [tried]);
    const made = await deliverRun(run, schedule, deps, signal);
    const delivered = changedRun(tried, now(), { state: "delivered", made });
    await writeRuns(clickhouse, [delivered]);
    measures.runs.inc({ outcome: "delivered" });
    measures.bytes.inc(made.bytes);
    log.info(
      { ...about, file: made.file, bytes: made.bytes, sha256: made.sha256 },
      "an export was delivered",
    );
    return delivered;
  } catch (error) {
    if (signal.aborted) throw error;
    const code = error instanceof Failure ? error.code : "INTERNAL";
    const message =
      error instanceof Failure ? error.message : "Something failed that should not; see the log.";
    const isOver = (HOPELESS as readonly string[]).includes(code) || tried.attempts >= ATTEMPTS_MAX;
    const told = { ...about, err: error, attempts: tried.attempts };
    if (isOver) {
      log.error(told, "a scheduled export was given up");
      await deps.recordAct({
        act_id: runActId("failed", schedule.id, run.dueAt, String(tried.revision)),
        act: "export.failed",
        actor: `schedule:${schedule.id}`,
        subject: `/v1/exports/${schedule.export}`,
        detail: { owner: schedule.owner, ...about, attempts: tried.attempts, code, message },
      });
    } else log.warn(told, "a scheduled export failed and is tried again");
    const at = clock().getTime();
    const failed = changedRun(tried, new Date(at).toISOString(), {
      state: isOver ? "failed" : "retrying",
      failure: { code, message },
      nextTryAt: isOver ? null : new Date(at + retryWaitMs(tried.attempts)).toISOString(),
    });
    await writeRuns(clickhouse, [failed]);
    measures.runs.inc({ outcome: isOver ? "failed" : "retried" });
    return failed;
  }
}
