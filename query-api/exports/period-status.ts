import { z } from "zod";
import { settingsAsOf } from "#core/settings/moment.ts";
import { PERIOD_STATES } from "#core/settings/period.ts";
import type { ApiDeps } from "#query-api/deps.ts";
import { type Books, booksIn } from "#query-api/queries/booked-calls.ts";

/** What a file says of an accounting period that its range reaches into. */
export const PeriodStatus = z.object({
  id: z.string(),
  state: z.enum(PERIOD_STATES),
  from: z.string(),
  to: z.string(),
  closed_at: z.string().nullable().describe("The cut: only what was written by then is booked in it."),
  whole: z.boolean().describe("Whether all of it is in the range."),
});
export type PeriodStatus = z.infer<typeof PeriodStatus>;

/**
 * The books as the settings had them at a moment, so that the same export says the same when a period was closed since.
 */
export function periodsAsOf(
  settings: ApiDeps["settings"],
  range: { readonly from: string; readonly to: string },
  asOf: string,
): { readonly books: Books | null; readonly periods: readonly PeriodStatus[] } {
  const state = settingsAsOf(settings, { by: "time", timeMs: Date.parse(asOf) });
  if (state === null || state.periods.size === 0) return { books: null, periods: [] };
  const touched = [...state.periods.values()]
    .map(({ value }) => value)
    .filter(({ from, to }) => from < range.to && range.from < to)
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .map(({ id, state: is, from, to, closed_at }) => ({
      ...{ id, state: is, from, to, closed_at },
      whole: range.from <= from && to <= range.to,
    }));
  return { books: booksIn(state), periods: touched };
}

/** What a manifest says of the basis of a file that follows the books; nothing where there are none. */
export function basisOf(books: Books | null): { basis?: "booked" } {
  return books === null ? {} : { basis: "booked" };
}
