import { z } from "zod";
import { failure } from "#core/failure.ts";
import { readSettingsMoment, settingsAsOf } from "#core/settings/moment.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { ApiDeps } from "#query-api/deps.ts";

export const bookAsOf = z
  .string()
  .max(40)
  .optional()
  .describe(
    "The book as it was known then: an instant (`2026-11-03T00:00:00Z`) or an offset of the settings (`1042`). Absent: as it is known now.",
  );

/**
 * The settings as they were known then; without a moment, those of now.
 *
 * @throws failure REQUEST_INVALID
 */
export function settingsOfThen(settings: ApiDeps["settings"], text: string | undefined): SettingsState {
  if (text === undefined) return settings.state();
  const read = readSettingsMoment(text);
  if (!read.ok) throw failure("REQUEST_INVALID", { faults: `book_as_of ${read.detail}` });
  const state = settingsAsOf(settings, read.value);
  if (state === null)
    throw failure("REQUEST_INVALID", {
      faults: `book_as_of lies ahead of offset ${settings.state().offset}`,
    });
  return state;
}
