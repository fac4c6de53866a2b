import { csvCell } from "#query-api/csv-cell.ts";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { RowWriter } from "#query-api/exports/row-writer.ts";

/** CSV as in RFC 4180, UTF-8 without a byte order mark; texts that a spreadsheet would run are guarded. */
export function csvWriter(columns: readonly ExportColumn[]): RowWriter {
  const kinds = columns.map(({ type }) => (type === "text" ? "text" : "figure"));
  const line = (cells: Cells) =>
    `${cells.map((cell, at) => csvCell(kinds[at] ?? "text", cell)).join(",")}\r\n`;
  return {
    begin: () => Buffer.from(`${columns.map(({ name }) => csvCell("figure", name)).join(",")}\r\n`),
    rows: (rows) => Buffer.from(rows.map(line).join("")),
    end: () => Buffer.alloc(0),
  };
}
