import { z } from "zod";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import { type Books, bookedCalls, bookedParams } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { Whole } from "#query-api/store-types.ts";

/** How many calls, or parts of calls, of the range have no price: for exports that cannot hold them. */
export async function unpricedCalls(
  reader: Reader,
  question: ExportQuestion,
  books: Books | null = null,
): Promise<bigint> {
  const [row] = await reader.rows({
    name: "export_unpriced",
    sql: (views) =>
      [
        "SELECT toString(sum(sign)) AS items",
        "FROM",
        ...(books === null ? [views.calls] : bookedCalls(views)),
        questionSql(question),
        `  AND ${UNPRICED_SQL}`,
      ].join("\n"),
    params: { ...questionParams(question), ...(books === null ? {} : bookedParams(books, question.from)) },
    row: z.object({ items: Whole }),
  });
  return row?.items ?? 0n;
}
