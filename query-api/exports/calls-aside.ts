import { z } from "zod";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import type { Aside } from "#query-api/exports/aside.ts";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import { type Books, bookedCalls, bookedParams } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { Whole } from "#query-api/store-types.ts";
import { storedMoney } from "#query-api/stored-money.ts";

const Row = z.object({ unpriced: Whole, gateway_items: Whole, gateway_sum: z.string() });

/** The calls of the range without a price and at the gateway's figure: for exports whose rows cannot tell. */
export async function callsAside(
  reader: Reader,
  question: ExportQuestion,
  books: Books | null = null,
): Promise<Aside> {
  const [row] = await reader.rows({
    name: "export_aside",
    sql: (views) =>
      [
        `SELECT toString(sumIf(sign, ${UNPRICED_SQL})) AS unpriced,`,
        "  toString(sumIf(sign, cost_status = 'gateway')) AS gateway_items,",
        "  toString(ifNull(sumIf(sign * cost_usd, cost_status = 'gateway'), 0)) AS gateway_sum",
        "FROM",
        ...(books === null ? [views.calls] : bookedCalls(views)),
        questionSql(question),
      ].join("\n"),
    params: { ...questionParams(question), ...(books === null ? {} : bookedParams(books, question.from)) },
    row: Row,
  });
  return {
    unpricedCalls: row?.unpriced ?? 0n,
    gatewayCalls: row?.gateway_items ?? 0n,
    gatewayCost: storedMoney(row?.gateway_sum ?? "0"),
  };
}
