import type { DueTimes } from "#core/export-schedule/due-times.ts";
import { changedRun, type ExportRun } from "#core/export-schedule/export-run.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";

/** So many due times are named one by one when they are missed; what was due before them is one more sentence. */
export const MISSED_NAMED_MAX = 100;

export interface Noted {
  /** New on record, oldest first: due, or missed from the start. */
  readonly runs: readonly ExportRun[];
  /** Others were due before the oldest of them, and are missed as well. */
  readonly cut: boolean;
}

/**
 * What of a schedule has fallen due since it was last looked at. The newest due time is made, and after a downtime the
 * last `catch_up` before it; those before are missed. A due time by hand is made even if it is old, and again where it
 * had failed or was missed and the schedule was set since. Pure, so two leaders note the same.
 */
export function noteDue(
  { schedule, version, dueTimes }: ScheduleNow,
  known: readonly ExportRun[],
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): Noted {
  const newestKnown = Math.max(sinceMs, ...known.map(({ dueAt }) => Date.parse(dueAt)));
  const now = new Date(nowMs).toISOString();
  const most = schedule.catch_up + 1;
  const { times, cut } = dueTimes.newestIn(newestKnown, nowMs, most + MISSED_NAMED_MAX);
  const runs = times.map((ms, at) =>
    newRun(schedule, version, ms, { state: at < times.length - most ? "missed" : "due", now }),
  );
  const byHand = runByHand(schedule, version, known, now);
  const others = runs.filter(({ dueAt }) => dueAt !== byHand?.dueAt);
  return { runs: byHand === null ? others : [...others, byHand], cut };
}

/** A schedule as the settings have it now. */
export interface ScheduleNow {
  readonly schedule: ExportScheduleSetting;
  readonly version: number;
  readonly dueTimes: DueTimes;
  /** Why it has no due times but those by hand: its expression or its zone cannot be read any more. */
  readonly fault?: string;
}

function runByHand(
  schedule: ExportScheduleSetting,
  version: number,
  known: readonly ExportRun[],
  now: string,
): ExportRun | null {
  const { also_at } = schedule;
  if (also_at === null || also_at > now) return null;
  const before = known.find(({ dueAt }) => dueAt === also_at);
  if (before === undefined) return newRun(schedule, version, Date.parse(also_at), { state: "due", now });
  const isAskedAgain = before.scheduleVersion < version;
  const isOver = before.state === "failed" || before.state === "missed";
  return isOver && isAskedAgain
    ? changedRun(before, now, { state: "due", attempts: 0, scheduleVersion: version })
    : null;
}

function newRun(
  { id, destination }: ExportScheduleSetting,
  scheduleVersion: number,
  dueMs: number,
  { state, now }: { readonly state: "due" | "missed"; readonly now: string },
): ExportRun {
  return {
    schedule: id,
    dueAt: new Date(dueMs).toISOString(),
    state,
    attempts: 0,
    scheduleVersion,
    destination,
    made: null,
    failure: null,
    changedAt: now,
    nextTryAt: null,
    revision: 1,
  };
}
