import { readDueTimes } from "#core/export-schedule/due-times.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { ownerRefusal } from "#query-api/exports/schedule/owner-scope.ts";
import { parameterFaults } from "#query-api/exports/schedule/scheduled-question.ts";
import type { TimeZones } from "#query-api/time-zones.ts";

/** Why a schedule must not be set like this, in one sentence with all its faults; null when it may. */
export async function scheduleRefusal(
  schedule: ExportScheduleSetting,
  context: {
    readonly state: Pick<SettingsState, "keys">;
    readonly zones: TimeZones;
    /** Those that this program knows; null: it was told of none, and the jobs will say. */
    readonly destinations: ReadonlySet<string> | null;
    readonly now: Date;
  },
): Promise<string | null> {
  const { state, zones, destinations, now } = context;
  const faults: string[] = [];
  if (await zones.knows(schedule.zone)) {
    const due = readDueTimes(schedule.cron, schedule.zone);
    if (!due.ok) faults.push(due.detail);
    const parameters = parameterFaults(schedule, now.getTime());
    if (parameters !== null) faults.push(parameters);
  } else faults.push("zone is no IANA time zone (such as Europe/Berlin; names are case-sensitive)");
  const owner = ownerRefusal(state, schedule.owner, now.getTime());
  if (owner !== null) faults.push(owner);
  if (destinations !== null && !destinations.has(schedule.destination))
    faults.push(
      `there is no destination ${schedule.destination}; the operator has configured ${[...destinations].join(", ") || "none"} (SPENDTRAIL_EXPORT_DESTINATIONS)`,
    );
  return faults.length === 0 ? null : faults.join("; ");
}
