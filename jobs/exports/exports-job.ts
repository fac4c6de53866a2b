import { type AlertFinding, alertChanges } from "#core/alert.ts";
import { type DueTimes, readDueTimes } from "#core/export-schedule/due-times.ts";
import type { ExportRun } from "#core/export-schedule/export-run.ts";
import type { ScheduleNow } from "#core/export-schedule/note-due.ts";
import { defaultReceivers } from "#core/settings/receiver.ts";
import { readAlerts } from "#jobs/alerts/read-alerts.ts";
import { writeAlerts } from "#jobs/alerts/write-alerts.ts";
import { countingSince } from "#jobs/exports/counting-since.ts";
import type { ExportsDeps } from "#jobs/exports/deps.ts";
import { removeOldDrafts } from "#jobs/exports/draft.ts";
import { failingExports } from "#jobs/exports/findings.ts";
import { noteSchedule } from "#jobs/exports/note-schedule.ts";
import { readRuns } from "#jobs/exports/read-runs.ts";
import { tryRun } from "#jobs/exports/try-run.ts";
import type { Job } from "#jobs/job.ts";

const EVERY_MS = 10_000;
/**
 * An export begins so long after its due time: a batch that was being written at the due time is then in the tables, and
 * the same file made again holds the same rows (decision 0019).
 */
export const SETTLE_MS = 120_000;
const KIND = "scheduled_export";

/** Exports on a clock: notes what is due, makes and delivers it one after the other, and says what cannot be. */
export function exportsJob(deps: ExportsDeps): Job {
  const since = countingSince(deps.settings);
  let isTidy = false;
  return {
    name: "exports",
    everyMs: EVERY_MS,
    run: async (signal) => {
      if (!isTidy) await removeOldDrafts();
      isTidy = true;
      const schedules = schedulesNow(deps);
      const runs = await readRunsOf(schedules, deps, signal);
      for (const now of schedules.values()) {
        const { id } = now.schedule;
        const known = [...runs.values()].filter(({ schedule }) => schedule === id);
        const sinceMs = since(id) ?? deps.clock().getTime();
        for (const run of await noteSchedule(now, known, sinceMs, deps)) runs.set(keyOf(run), run);
      }
      for (const run of openRuns([...runs.values()], deps.clock().getTime())) {
        signal.throwIfAborted();
        const now = schedules.get(run.schedule);
        if (now !== undefined) runs.set(keyOf(run), await tryRun(run, now, deps, signal));
      }
      const unreadable = unreadableSchedules([...schedules.values()], since);
      await alertFailing([...failingExports([...runs.values()]), ...unreadable], deps, signal);
    },
  };
}

/** Those that are not paused. One whose clock cannot be read any more has no due times but those by hand. */
function schedulesNow({ settings }: ExportsDeps): ReadonlyMap<string, ScheduleNow> {
  const { exportSchedules } = settings.state();
  return new Map(
    [...exportSchedules.values()].flatMap(({ value: schedule, version }) => {
      if (!schedule.enabled) return [];
      const read = readDueTimes(schedule.cron, schedule.zone);
      const dueTimes = read.ok ? { dueTimes: read.value } : { dueTimes: NEVER_DUE, fault: read.detail };
      return [[schedule.id, { schedule, version, ...dueTimes }] as const];
    }),
  );
}

const NEVER_DUE: DueTimes = { nextAfter: () => null, newestIn: () => ({ times: [], cut: false }) };

async function readRunsOf(
  schedules: ReadonlyMap<string, ScheduleNow>,
  { clickhouse }: ExportsDeps,
  signal: AbortSignal,
): Promise<Map<string, ExportRun>> {
  if (schedules.size === 0) return new Map();
  const byHand = [...schedules.values()].flatMap(({ schedule }) => schedule.also_at ?? []);
  const runs = await readRuns(clickhouse, [...schedules.keys()], byHand, signal);
  return new Map(runs.map((run) => [keyOf(run), run]));
}

/**
 * What is to be tried now, oldest first. `running` is what another program began and did not end: rounds are one after
 * the other, so it is none of this one.
 */
function openRuns(runs: readonly ExportRun[], nowMs: number): readonly ExportRun[] {
  return runs
    .filter(({ state }) => state === "due" || state === "running" || state === "retrying")
    .filter(({ dueAt, nextTryAt }) => Date.parse(nextTryAt ?? dueAt) + (nextTryAt ? 0 : SETTLE_MS) <= nowMs)
    .sort((one, other) => (one.dueAt < other.dueAt ? -1 : 1));
}

/** Found once a schedule, beside what its last run may say. */
function unreadableSchedules(
  schedules: readonly ScheduleNow[],
  since: ReturnType<typeof countingSince>,
): readonly AlertFinding[] {
  return schedules.flatMap(({ schedule: { id, destination }, fault }) => {
    if (fault === undefined) return [];
    const at = new Date(since(id) ?? 0).toISOString();
    const details = { code: "EXPORT_SCHEDULE_INVALID", due_at: "", destination, reason: fault };
    return { labels: { schedule: id }, details, firstSeen: at, lastSeen: at };
  });
}

async function alertFailing(
  all: readonly AlertFinding[],
  deps: ExportsDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clickhouse, measures, settings, log, clock } = deps;
  const receivers = defaultReceivers(settings.state().receivers.values());
  // One alert a schedule: of two troubles the one that keeps it from being due at all.
  const bySchedule = new Map(all.map((finding) => [finding.labels["schedule"], { ...finding, receivers }]));
  const found = [...bySchedule.values()];
  measures.failing.set(found.length);
  const listed = await readAlerts(clickhouse, KIND, signal);
  const changes = alertChanges(KIND, listed, found, clock().toISOString());
  signal.throwIfAborted();
  await writeAlerts(clickhouse, changes);
  if (changes.length > 0) deps.alerted?.();
  for (const { id, state, revision, labels, details } of changes)
    if (state === "firing" && revision === 1)
      log.warn({ alert: id, ...labels, ...details }, "a scheduled export fails");
}

function keyOf({ schedule, dueAt }: Pick<ExportRun, "schedule" | "dueAt">): string {
  return `${schedule} ${dueAt}`;
}
