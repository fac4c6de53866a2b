import { z } from "zod";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import type { TeamCost } from "#query-api/exports/journal/journal-lines.ts";
import type { Reader } from "#query-api/reader.ts";
import { Known } from "#query-api/store-types.ts";
import { storedMoney } from "#query-api/stored-money.ts";

const Row = z.object({ by_team: Known, cost: z.string() });

/**
 * What each team cost by our price book, estimates included, in the order of their names. The gateway's own figures are
 * not booked, as in the cost of `/v1/costs`.
 */
export async function teamCosts(reader: Reader, question: ExportQuestion): Promise<TeamCost[]> {
  const rows = await reader.rows({
    name: "export_journal",
    sql: ({ calls }) =>
      [
        "SELECT toString(team) AS by_team, toString(sum(sign * cost_usd)) AS cost",
        `FROM ${calls}`,
        questionSql(question),
        "  AND cost_status IN ('rated', 'estimated')",
        "GROUP BY by_team HAVING sum(sign * cost_usd) != 0 ORDER BY by_team",
      ].join("\n"),
    params: questionParams(question),
    row: Row,
  });
  return rows.map(({ by_team, cost }) => ({ team: by_team, cost: storedMoney(cost) }));
}
