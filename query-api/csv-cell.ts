/**
 * What a spreadsheet takes for the start of a formula (OWASP "CSV Injection"), and the full-width forms of the
 * signs, which some programs fold to them.
 */
const FORMULA_START = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/**
 * One cell of CSV, quoted where needed. A text that a spreadsheet would take for a formula gets a leading apostrophe.
 * That changes the text, so evidence is JSON; a figure is never touched, so a negative number stays a number. Not known
 * is an empty cell.
 */
export function csvCell(kind: "text" | "figure", cell: string | null): string {
  if (cell === null) return "";
  return quote(kind === "text" && FORMULA_START.test(cell) ? `'${cell}` : cell);
}

function quote(cell: string): string {
  return /[",;\r\n\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
