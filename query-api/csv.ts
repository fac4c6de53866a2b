/** A column of a CSV file. `text` cells come from gateways and people and are guarded; `figure` cells are ours. */
export interface CsvColumn<Row> {
  readonly name: string;
  readonly kind: "text" | "figure";
  readonly cell: (row: Row) => string | null;
}

/**
 * What a spreadsheet takes for the start of a formula (OWASP "CSV Injection"), and the full-width forms of the
 * signs, which some programs fold to them.
 */
const FORMULA_START = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/**
 * CSV as in RFC 4180: CRLF lines, a header, quotes where needed. A text that a spreadsheet would take for a formula
 * gets a leading apostrophe. That changes the text, so evidence is JSON; a figure is never touched, so a negative
 * number stays a number. Not known is an empty cell.
 */
export function csv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => quote(column.name)),
    ...rows.map((row) =>
      columns.map((column) => {
        const cell = column.cell(row) ?? "";
        return quote(column.kind === "text" && FORMULA_START.test(cell) ? `'${cell}` : cell);
      }),
    ),
  ];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function quote(cell: string): string {
  return /[",;\r\n\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
