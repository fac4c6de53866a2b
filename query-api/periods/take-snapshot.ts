import { addFigures, type PeriodFigures } from "#core/periods/figures.ts";
import { totalsHash } from "#core/periods/totals-hash.ts";
import type { PeriodSetting } from "#core/settings/period.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { bookedLines } from "#query-api/periods/booked-lines.ts";
import { type Books, booksIn } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";

/** What is booked in a period as of a cut. */
export interface Taken {
  readonly closedAt: string;
  readonly totals: PeriodFigures;
  readonly lines: number;
  readonly sha256: string;
  readonly books: Books;
}

/**
 * How long before now the cut of a closing lies: what a program is still writing at this moment has a time behind it, and
 * is not counted by half.
 */
export const CUT_MARGIN_MS = 60_000;

/** The cut that a closing has now. */
export function cutNow(now: Date): string {
  return new Date(now.getTime() - CUT_MARGIN_MS).toISOString();
}

/** Sums up what is booked in the period if it is closed as of `closedAt`: by the books as they are then. */
export async function takeSnapshot(
  reader: Reader,
  state: Pick<SettingsState, "periods" | "runs">,
  period: PeriodSetting,
  closedAt: string,
): Promise<Taken> {
  const asClosed = { value: { ...period, state: "closed" as const, closed_at: closedAt } };
  const others = [...state.periods.values()].filter(({ value }) => value.id !== period.id);
  const periods = new Map(
    [...others, asClosed].map((kept) => [kept.value.id, { version: 0, offset: 0n, ...kept }]),
  );
  const books = booksIn({ periods, runs: state.runs });
  const lines = await bookedLines(reader, period, books);
  const { id, zone, from, to } = period;
  return {
    closedAt,
    totals: addFigures(lines.map(({ figures }) => figures)),
    lines: lines.length,
    sha256: totalsHash({ id, zone, from, to, closed_at: closedAt }, lines),
    books,
  };
}
