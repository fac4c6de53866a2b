import { csvCell } from "#query-api/csv-cell.ts";

/** A column of a CSV file. `text` cells come from gateways and people and are guarded; `figure` cells are ours. */
export interface CsvColumn<Row> {
  readonly name: string;
  readonly kind: "text" | "figure";
  readonly cell: (row: Row) => string | null;
}

/**
 * CSV as in RFC 4180: CRLF lines, a header, cells as `csvCell` makes them.
 */
export function csv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => csvCell("figure", column.name)),
    ...rows.map((row) => columns.map((column) => csvCell(column.kind, column.cell(row)))),
  ];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}
