import { type Books, bookedCalls, bookedParams } from "#query-api/queries/booked-calls.ts";
import type { Views } from "#query-api/views.ts";

/** At which time the rows of calls count, and so where they are read from. */
export interface ExportBasis {
  readonly name: "usage" | "booked";
  /** The text behind FROM. */
  readonly from: (views: Views) => string;
  /** Its values, for a range that begins at an instant. */
  readonly params: (from: string) => Record<string, unknown>;
}

/** Calls count when they began. */
export const BY_USAGE: ExportBasis = { name: "usage", from: ({ calls }) => calls, params: () => ({}) };

/** Calls count where the books have them (`docs/periods.md`): `event_time` is that, `usage_time` when they began. */
export function byBooks(books: Books): ExportBasis {
  return {
    name: "booked",
    from: (views) => bookedCalls(views).join("\n"),
    params: (from) => bookedParams(books, from),
  };
}
