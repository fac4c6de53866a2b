import type { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";

/** One row of a table of texts (a CSV with a header), and the line that it ends on. */
export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** The cells of one row by their names; an empty one is undefined. */
export type Cell = (name: string) => string | undefined;

/** What a spreadsheet would run. A number below zero is none. */
const FORMULA = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^-\d+(\.\d+)?$/;

/**
 * Reads rows by a schema; every fault names the line and the column. Columns that are not known are refused, so that a
 * misspelt one is not passed over, and so are cells that a spreadsheet would run as a formula: what people see in the
 * file would be another thing than what is read.
 */
export function readTable<Schema extends z.ZodType>(
  rows: readonly TableRow[],
  table: {
    readonly columns: readonly string[];
    readonly needed: readonly string[];
    readonly schema: Schema;
    /** The fields of a row before they are checked. */
    readonly fieldsOf: (cell: Cell, row: TableRow) => Readonly<Record<string, unknown>>;
    /** What the cell of a field is called, where it is not the field's own name. */
    readonly columnOf?: Readonly<Record<string, string>>;
  },
): Result<readonly z.output<Schema>[], "bad_shape"> {
  const faults = headerFaults(rows, table.columns, table.needed);
  const read: z.output<Schema>[] = [];
  if (faults.length === 0)
    for (const row of rows) {
      const formula = Object.entries(row.cells).find(([, text]) => FORMULA.test(text) && !NUMBER.test(text));
      if (formula !== undefined) {
        faults.push(
          `line ${row.line}: ${formula[0]}: ${JSON.stringify(formula[1].slice(0, 40))} is a formula to a spreadsheet`,
        );
        continue;
      }
      const cell: Cell = (name) => (row.cells[name] === "" ? undefined : row.cells[name]);
      const one = table.schema.safeParse(table.fieldsOf(cell, row));
      if (one.success) read.push(one.data);
      else
        for (const { path, message } of one.error.issues) {
          const field = String(path[0] ?? "the row");
          faults.push(`line ${row.line}: ${table.columnOf?.[field] ?? field}: ${message}`);
        }
    }
  return faults.length > 0 ? no("bad_shape", faults.slice(0, FAULTS_MAX).join("\n")) : ok(read);
}

/** A file that is wrong in every line is wrong in one way. */
const FAULTS_MAX = 50;

function headerFaults(
  rows: readonly TableRow[],
  known: readonly string[],
  needed: readonly string[],
): string[] {
  const columns = Object.keys(rows[0]?.cells ?? {});
  if (rows.length === 0) return ["there is no row under the header"];
  const unknown = columns.filter((column) => !known.includes(column));
  const missing = needed.filter((column) => !columns.includes(column));
  return [
    ...(missing.length > 0 ? [`the columns ${missing.join(", ")} are missing`] : []),
    ...(unknown.length > 0
      ? [`the columns ${unknown.join(", ")} are not known; there are ${known.join(", ")}`]
      : []),
  ];
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** A date (its start in UTC) or an instant with its offset, in the one form of instants; else the text, to be refused. */
export function instantText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (DATE.test(text)) return `${text}T00:00:00.000Z`;
  const ms = MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}
