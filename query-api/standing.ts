import type { ApiDeps } from "#query-api/deps.ts";
import { progressQuery } from "#query-api/queries/progress.ts";
import type { Reader } from "#query-api/reader.ts";

/**
 * With which knowledge an answer is made. Read before the figures: what is counted in between makes the answer
 * fresher than it says, never staler.
 */
export async function readStanding(
  reader: Reader,
  deps: Pick<ApiDeps, "settings" | "clock">,
): Promise<{ as_of: string; data_until: string | null; settings_offset: bigint }> {
  const settingsOffset = deps.settings.state().offset;
  const [progress] = await reader.rows(progressQuery);
  return {
    as_of: deps.clock().toISOString(),
    data_until: progress?.data_until ?? null,
    settings_offset: settingsOffset,
  };
}
