/** A column of a terminal table: its heading, where its text comes from, and which way it leans. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: "left" | "right";
}

/** Lines of a plain-text table: a heading, a rule and a line a row; figures lean right. No colour, no box. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => printable(column.text(row))));
  const widths = columns.map((column, at) =>
    Math.max(...[column.title, ...cells.map((line) => line[at] ?? "")].map(widthOf)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.align ?? "left"))
      .join("  ")
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    widths.map((width) => "-".repeat(width)).join("  "),
    ...cells.map(line),
  ];
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(width - widthOf(text));
  return align === "right" ? space + text : text + space;
}

/** Terminals draw these two cells wide (UAX #11, the scripts that names are written in, and emoji). */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;

/** How many cells of a terminal a text takes; marks are drawn over the letter before them. */
function widthOf(text: string): number {
  let cells = 0;
  for (const sign of text) cells += /\p{M}/u.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
  return cells;
}

/** Names come from gateways: control and bidi characters must not reach a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
