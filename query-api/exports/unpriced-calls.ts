import { z } from "zod";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import type { Reader } from "#query-api/reader.ts";
import { Whole } from "#query-api/store-types.ts";

/** How many calls, or parts of calls, of the range have no price: for exports that cannot hold them. */
export async function unpricedCalls(reader: Reader, question: ExportQuestion): Promise<bigint> {
  const [row] = await reader.rows({
    name: "export_unpriced",
    sql: ({ calls }) =>
      [
        "SELECT toString(sum(sign)) AS items",
        `FROM ${calls}`,
        questionSql(question),
        "  AND cost_status = 'unpriced'",
      ].join("\n"),
    params: questionParams(question),
    row: z.object({ items: Whole }),
  });
  return row?.items ?? 0n;
}
