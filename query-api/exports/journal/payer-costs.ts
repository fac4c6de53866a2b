import { z } from "zod";
import { DIMENSION_SQL } from "#query-api/dimensions.ts";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import type { Payer, PayerCost } from "#query-api/exports/journal/journal-lines.ts";
import { type Books, bookedCalls, bookedParams } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { Known } from "#query-api/store-types.ts";
import { storedMoney } from "#query-api/stored-money.ts";

const Row = z.object({ payer: Known, corrects: Known, cost: z.string() });

/**
 * What each team or cost centre cost by our price book, estimates included, in the order of their names. The gateway's
 * own figures are not booked, as in the cost of `/v1/costs`. With books, what is booked in the range: what corrects an
 * earlier period stands apart.
 */
export async function payerCosts(
  reader: Reader,
  question: ExportQuestion,
  by: Payer,
  books: Books | null = null,
): Promise<PayerCost[]> {
  const rows = await reader.rows({
    name: "export_journal",
    sql: (views) =>
      [
        `SELECT toString(${DIMENSION_SQL[by]}) AS payer, ${books === null ? "''" : "corrects_period"} AS corrects,`,
        "  toString(sum(sign * cost_usd)) AS cost",
        "FROM",
        ...(books === null ? [views.calls] : bookedCalls(views)),
        questionSql(question),
        "  AND cost_status IN ('rated', 'estimated')",
        "GROUP BY payer, corrects HAVING sum(sign * cost_usd) != 0 ORDER BY payer, corrects",
      ].join("\n"),
    params: { ...questionParams(question), ...(books === null ? {} : bookedParams(books, question.from)) },
    row: Row,
  });
  return rows.map(({ payer, corrects, cost }) => ({ payer, corrects, cost: storedMoney(cost) }));
}
