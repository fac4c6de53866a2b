import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** How long a caller may be kept waiting for the fold; also where Kafka is away. */
const CATCH_UP_MS_MAX = 1_500;

/**
 * Looks something up in the settings, and once more when the fold has caught up where it was not there at first. A key
 * that was made a moment ago by another program is in force as soon as that program says so, not a moment later.
 */
export async function onceCaughtUp<Found>(
  settings: Pick<SettingsLog, "caughtUp">,
  look: () => Found,
  isThere: (found: Found) => boolean,
): Promise<Found> {
  const found = look();
  if (isThere(found)) return found;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CATCH_UP_MS_MAX);
  });
  await Promise.race([settings.caughtUp(), late]);
  clearTimeout(timer);
  return look();
}
