import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { RowWriter } from "#query-api/exports/row-writer.ts";

/** A JSON object a line: counts as numbers with all their digits, amounts as strings, not known as null. */
export function ndjsonWriter(columns: readonly ExportColumn[]): RowWriter {
  const names = columns.map(({ name }) => JSON.stringify(name));
  const value = (cell: string | null, at: number) =>
    cell === null || columns[at]?.type === "whole" ? cell : JSON.stringify(cell);
  const line = (cells: Cells) =>
    `{${cells.map((cell, at) => `${names[at]}:${value(cell, at)}`).join(",")}}\n`;
  return {
    begin: () => Buffer.alloc(0),
    rows: (rows) => Buffer.from(rows.map(line).join("")),
    end: () => Buffer.alloc(0),
  };
}
