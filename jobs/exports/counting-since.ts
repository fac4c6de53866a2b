import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Read in one go; the rest comes with the next call of the loop. */
const OUTCOMES_MAX = 10_000;

/**
 * Since when the due times of a schedule count, in Kafka's time: since it was made, resumed, or got another clock. What
 * else is changed of it, a run by hand included, leaves the count alone. Reads only what is new in the settings.
 */
export function countingSince(
  settings: Pick<SettingsLog, "outcomesAfter">,
): (schedule: string) => number | undefined {
  const since = new Map<string, number>();
  let seen = -1n;
  return (schedule) => {
    for (;;) {
      const news = settings.outcomesAfter(seen, OUTCOMES_MAX);
      for (const outcome of news) {
        seen = outcome.offset;
        if (outcome.outcome !== "applied" || outcome.change.kind !== "export_schedule") continue;
        const before = outcome.before as ExportScheduleSetting | null;
        if (countsAnew(before, outcome.change.value)) since.set(outcome.change.id, outcome.appendTimeMs);
      }
      if (news.length < OUTCOMES_MAX) return since.get(schedule);
    }
  };
}

function countsAnew(before: ExportScheduleSetting | null, now: ExportScheduleSetting | null): boolean {
  if (before === null || now === null) return true;
  return before.cron !== now.cron || before.zone !== now.zone || (!before.enabled && now.enabled);
}
