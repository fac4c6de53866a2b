import type { SettingsChange } from "#core/settings/change.ts";
import type { PeriodSetting } from "#core/settings/period.ts";

/** Kinds whose values decide what a call costs, or who pays, from a moment on. */
const OF_A_TIME = ["price", "discount", "allocation"] as const;

interface OfATime {
  readonly effective_from: string;
  readonly effective_to: string | null;
}

/**
 * What somebody should hear who changes prices or the map of who pays for a time that is reported already: a sentence
 * for each period that is closed or soft-closed, in their order. Such a change moves nothing that stands, in whatever
 * period; here people often believe that it does.
 */
export function closedPeriodWarnings(
  periods: Iterable<{ readonly value: PeriodSetting }>,
  changes: readonly Pick<SettingsChange, "kind" | "value">[],
): readonly string[] {
  const ranges = changes.flatMap(({ kind, value }) =>
    value !== null && OF_A_TIME.some((one) => one === kind) ? [value as OfATime] : [],
  );
  return [...periods]
    .map(({ value }) => value)
    .filter(({ state }) => state !== "open")
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .flatMap(({ id, from, to, state }) => {
      const within = ranges.filter((one) => one.effective_from < to && from < (one.effective_to ?? LAST));
      if (within.length === 0) return [];
      const many = within.length === 1 ? "one change is" : `${within.length} changes are`;
      const how = state === "closed" ? "closed" : "soft-closed";
      const where = state === "closed" ? ", and what a run corrects is booked in the first open period" : "";
      return [
        `the period ${id} is ${how}, and ${many} effective within: nothing moves until a run (docs/runs.md)${where}`,
      ];
    });
}

/** Behind every instant that a setting can name. */
const LAST = "9999-12-31T23:59:59.999Z";
