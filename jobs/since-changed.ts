import type { SettingKind, SettingValue } from "#core/settings/change.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Read in one go; the rest comes with the next call of the loop. */
const OUTCOMES_MAX = 10_000;

/**
 * Since when a setting of a kind has been what counts of it, in Kafka's time: since it was made, removed, or changed in a
 * way that begins anew. Reads only what is new in the settings.
 */
export function sinceChanged<Value extends SettingValue>(
  settings: Pick<SettingsLog, "outcomesAfter">,
  kind: SettingKind,
  beginsAnew: (before: Value, now: Value) => boolean,
): (id: string) => number | undefined {
  const since = new Map<string, number>();
  let seen = -1n;
  return (id) => {
    for (;;) {
      const news = settings.outcomesAfter(seen, OUTCOMES_MAX);
      for (const outcome of news) {
        seen = outcome.offset;
        if (outcome.outcome !== "applied" || outcome.change.kind !== kind) continue;
        // The kind says which of the values it is; the change's schema ties the two.
        const [before, now] = [outcome.before, outcome.change.value] as (Value | null)[];
        if (before == null || now == null || beginsAnew(before, now))
          since.set(outcome.change.id, outcome.appendTimeMs);
      }
      if (news.length < OUTCOMES_MAX) return since.get(id);
    }
  };
}
