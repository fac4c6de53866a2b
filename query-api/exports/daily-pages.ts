import { z } from "zod";
import {
  BOOKED_DAILY_COLUMNS,
  BOOKED_DAILY_KEYS,
  DAILY_COLUMNS,
  DAILY_KEYS,
} from "#query-api/exports/daily-columns.ts";
import type { ExportBasis } from "#query-api/exports/export-basis.ts";
import { type Cells, cellsSql } from "#query-api/exports/export-column.ts";
import { type ExportQuestion, questionParams, questionSql } from "#query-api/exports/export-question.ts";
import { localMonths } from "#query-api/exports/local-months.ts";
import type { Reader } from "#query-api/reader.ts";

const Row = z.object({ cells: z.custom<Cells>(Array.isArray) });

/** The sums of an export's days in the order of their keys, by months. What corrections left nothing of is no row. */
export async function* dailyPages(
  reader: Reader,
  question: ExportQuestion,
  basis: ExportBasis,
): AsyncGenerator<readonly Cells[], void, undefined> {
  for (const month of localMonths(question.from, question.to, question.tz)) {
    const rows = await reader.rows({
      name: "export_days",
      sql: (views) => dailySql(basis.from(views), question, basis.name),
      params: {
        ...questionParams({ ...question, ...month }),
        ...basis.params(month.from),
        tz: question.tz,
      },
      row: Row,
    });
    if (rows.length > 0) yield rows.map(({ cells }) => cells);
  }
}

function dailySql(calls: string, question: ExportQuestion, basis: ExportBasis["name"]): string {
  const table = TABLES[basis];
  const keys = table.keys.map(({ sql }) => sql);
  return [
    `SELECT ${cellsSql(table.columns)}`,
    `FROM ${calls}`,
    questionSql(question),
    `GROUP BY ${keys.join(",\n")}`,
    `HAVING ${SUMS.map((sql) => `ifNull(${sql}, 0) != 0`).join(" OR ")}`,
    `ORDER BY ${keys.map((sql) => `${sql} NULLS FIRST`).join(",\n")}`,
  ].join("\n");
}

const TABLES = {
  usage: { columns: DAILY_COLUMNS, keys: DAILY_KEYS },
  booked: { columns: BOOKED_DAILY_COLUMNS, keys: BOOKED_DAILY_KEYS },
} as const;
const SUMS = DAILY_COLUMNS.filter(({ isSummed }) => isSummed).map(({ sql }) => sql);
