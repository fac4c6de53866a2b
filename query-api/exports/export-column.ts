/** How a column's value is written: each format has its own word for it. */
export type ExportType = "text" | "whole" | "decimal" | "instant" | "date";

/** A column of an exported table. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ExportType;
  /** Added up for the manifest. Figures are signed, so the plain sum of a column is its total. */
  readonly isSummed?: true;
}

/** A column and the expression that gives its text from the store; NULL is "not known". */
export interface StoredColumn extends ExportColumn {
  readonly sql: string;
}

/** A row as texts in the order of the columns: digits, decimals, `2026-11-01T00:00:00.000Z`, `2026-11-01`. */
export type Cells = readonly (string | null)[];

/** One array of texts a row: every type arrives alike and exact, and no name is repeated on the way. */
export function cellsSql(columns: readonly StoredColumn[]): string {
  return `[\n${columns.map(({ sql }) => `  toNullable(toString(${sql}))`).join(",\n")}\n] AS cells`;
}
