import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { sinceChanged } from "#jobs/since-changed.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/**
 * Since when the due times of a schedule count, in Kafka's time: since it was made, resumed, or got another clock. What
 * else is changed of it, a run by hand included, leaves the count alone.
 */
export function countingSince(
  settings: Pick<SettingsLog, "outcomesAfter">,
): (schedule: string) => number | undefined {
  return sinceChanged<ExportScheduleSetting>(
    settings,
    "export_schedule",
    (before, now) => before.cron !== now.cron || before.zone !== now.zone || (!before.enabled && now.enabled),
  );
}
