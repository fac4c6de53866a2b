import { exportAccess } from "#cli/export/export-access.ts";
import { readSetting, type StoredSetting, writeSetting } from "#cli/settings-over-http.ts";
import { failure } from "#core/failure.ts";

/** A schedule's value, as the API has it and as a file says it. Whether it is good is the API's to say. */
export type ScheduleValue = Readonly<Record<string, unknown>>;

/** A schedule as it is set now; null: there is none of that name. */
export function readSchedule(id: string, url: string | undefined): Promise<StoredSetting | null> {
  return readSetting("export_schedule", id, url);
}

/** Sets a schedule from the version that was read; null removes it. @throws failure API_REFUSED */
export function writeSchedule(
  id: string,
  version: number,
  value: ScheduleValue | null,
  at: { readonly url: string | undefined; readonly reason: string },
): Promise<number> {
  return writeSetting("export_schedule", { id, version, value, reason: at.reason }, at.url);
}

/** A schedule that must be there. @throws failure OPTION_INVALID */
export async function existingSchedule(id: string, url: string | undefined) {
  const stored = await readSchedule(id, url);
  if (stored === null)
    throw failure("OPTION_INVALID", {
      option: "<name>",
      value: id,
      accepts: "the name of a schedule; see `spendtrail export schedules list`",
    });
  return stored;
}

/** The key that asks, which owns what it sets unless another is named. */
export function callingKeyId(url: string | undefined): string | undefined {
  return /^st_([a-z0-9]{12})_/.exec(exportAccess(url).key)?.[1];
}
