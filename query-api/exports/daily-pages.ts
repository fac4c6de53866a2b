import { z } from "zod";
import { DAILY_COLUMNS, DAILY_KEYS } from "#query-api/exports/daily-columns.ts";
import { type Cells, cellsSql } from "#query-api/exports/export-column.ts";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import { localMonths } from "#query-api/exports/local-months.ts";
import type { Reader } from "#query-api/reader.ts";

const Row = z.object({ cells: z.custom<Cells>(Array.isArray) });

/** The sums of an export's days in the order of their keys, by months. What corrections left nothing of is no row. */
export async function* dailyPages(
  reader: Reader,
  question: ExportQuestion,
): AsyncGenerator<readonly Cells[], void, undefined> {
  for (const month of localMonths(question.from, question.to, question.tz)) {
    const rows = await reader.rows({
      name: "export_days",
      sql: ({ calls }) => dailySql(calls, question),
      params: { ...questionParams({ ...question, ...month }), tz: question.tz },
      row: Row,
    });
    if (rows.length > 0) yield rows.map(({ cells }) => cells);
  }
}

function dailySql(calls: string, question: ExportQuestion): string {
  const keys = DAILY_KEYS.map(({ sql }) => sql);
  return [
    `SELECT ${cellsSql(DAILY_COLUMNS)}`,
    `FROM ${calls}`,
    questionSql(question),
    `GROUP BY ${keys.join(",\n")}`,
    `HAVING ${SUMS.map((sql) => `ifNull(${sql}, 0) != 0`).join(" OR ")}`,
    `ORDER BY ${keys.map((sql) => `${sql} NULLS FIRST`).join(",\n")}`,
  ].join("\n");
}

const SUMS = DAILY_COLUMNS.filter(({ isSummed }) => isSummed).map(({ sql }) => sql);
