import { CALL_COLUMNS } from "#query-api/exports/call-columns.ts";
import { callPages } from "#query-api/exports/call-pages.ts";
import { DAILY_COLUMNS } from "#query-api/exports/daily-columns.ts";
import { dailyPages } from "#query-api/exports/daily-pages.ts";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { ExportFormat } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import type { Pin } from "#query-api/exports/pin.ts";
import type { Reader } from "#query-api/reader.ts";

export const GRAINS = ["call", "day"] as const;
export type Grain = (typeof GRAINS)[number];

const TABLES = {
  call: { columns: CALL_COLUMNS, pages: callPages, items: "sign" },
  day: { columns: DAILY_COLUMNS, pages: dailyPages, items: "items" },
} as const;

/** The export of calls, or of the sums of days. */
export function planCosts(
  reader: Reader,
  asked: { grain: Grain; format: ExportFormat; question: ExportQuestion; pin: Pin },
): ExportPlan {
  const { grain, format, question, pin } = asked;
  const { columns, pages, items } = TABLES[grain];
  const { filters, from, to, tz, asOf } = question;
  return {
    export: "costs",
    format,
    query: { grain, from, to, tz, as_of: asOf, ...filters },
    scope: reader.scope,
    pin,
    columns,
    summaryBy: ["team", "cost_status"],
    unpricedOf: unpricedBy(columns, items),
    pages: () => pages(reader, question),
  };
}

function unpricedBy(columns: readonly ExportColumn[], items: string): (cells: Cells) => bigint {
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const [status, count] = [at("cost_status"), at(items)];
  return (cells) => (cells[status] === "unpriced" ? BigInt(cells[count] ?? 0) : 0n);
}
