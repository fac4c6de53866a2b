import { z } from "zod";
import type { Book } from "#core/periods/posting.ts";
import { Integer } from "#query-api/answer-types.ts";
import { type Books, postedCalls, postingParams } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { Moment, Whole } from "#query-api/store-types.ts";

/** Rows of a period's calls that were written after its cut. */
export const LateRows = z.object({
  reason: z
    .string()
    .describe(
      "`late`, `settlement` (of a conflict), or the kind of the run that wrote them, such as `replay`.",
    ),
  booked_in: z
    .string()
    .nullable()
    .describe("The period that they are booked in; null: the one behind the last, which is not made yet."),
  rows: Integer.describe("A correction is two rows: one that takes back, one in its place."),
  calls: Integer.describe("By how many calls they change the period of their calls."),
  cost_usd: z.string().describe("By how much they change its cost: rated and estimated."),
  first_written_at: z.string(),
  last_written_at: z.string(),
});
export type LateRows = z.infer<typeof LateRows>;

const Row = z.object({
  reason: z.string(),
  book: Whole,
  rows: Whole,
  its_calls: Whole,
  cost_usd: z.string(),
  first_written_at: Moment,
  last_written_at: Moment,
});

/** What came of a period's calls after its cut, by reason and by where it is booked. */
export async function lateRows(
  reader: Reader,
  period: { readonly id: string; readonly from: string; readonly to: string },
  books: Books,
  softCutMs: number | null,
): Promise<readonly LateRows[]> {
  // What is late in a soft-closed period is what a cut there would make late; it is booked in it all the same.
  const isSoft = softCutMs !== null;
  const cut = (book: Book): Book => (book.id === period.id ? { ...book, closedAtMs: softCutMs } : book);
  const given = isSoft ? { ...books, periods: books.periods.map(cut) } : books;
  const rows = await reader.rows({
    name: "period_late_rows",
    sql: ({ calls }) =>
      [
        "SELECT correction_reason AS reason, booked_book AS book, count() AS rows,",
        "  sumIf(sign, kind = 'response') AS its_calls,",
        "  toString(ifNull(sumIf(sign * cost_usd, cost_status IN ('rated', 'estimated')), 0)) AS cost_usd,",
        "  min(ingested_at) AS first_written_at, max(ingested_at) AS last_written_at",
        "FROM",
        ...postedCalls(calls),
        "WHERE corrects_period != ''",
        "GROUP BY reason, book ORDER BY book = 0, book, reason",
      ].join("\n"),
    params: { from: bound(period.from), to: bound(period.to), ...postingParams(given) },
    row: Row,
  });
  return rows.map(({ book, its_calls, ...row }) => ({
    ...row,
    calls: its_calls,
    booked_in: isSoft ? period.id : (books.periods[Number(book) - 1]?.id ?? null),
  }));
}

const bound = (instant: string) => instant.replace("Z", "");
