import { readFileSync } from "node:fs";
import { CsvError, parse } from "csv-parse/sync";
import { failure } from "#core/failure.ts";
import type { TableRow } from "#core/table/read-table.ts";

const BYTES_MAX = 64 * 1024 * 1024;

/**
 * The rows of a CSV file (RFC 4180; CRLF or LF, with or without a byte order mark), cells without the blanks around them.
 *
 * @throws failure FILE_UNREADABLE
 */
export function csvRowsOf(file: string): readonly TableRow[] {
  const refuse = (reason: string, cause?: unknown) => failure("FILE_UNREADABLE", { file, reason }, cause);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  if (bytes.length > BYTES_MAX) throw refuse(`it is larger than ${BYTES_MAX} bytes`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw refuse("it is not UTF-8; save it as CSV UTF-8", error);
  }
  try {
    const rows: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
      columns: (header: string[]) => checkedHeader(header, refuse),
      info: true,
      skip_empty_lines: true,
      trim: true,
    });
    return rows.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (error instanceof CsvError) throw refuse(`it is no CSV that can be read: ${error.message}`, error);
    throw error;
  }
}

function checkedHeader(header: readonly string[], refuse: (reason: string) => Error): string[] {
  if (header.length === 1 && header[0]?.includes(";") === true)
    throw refuse("its columns are separated by semicolons; save it with commas");
  const twice = header.find((name, at) => header.indexOf(name) !== at);
  if (twice !== undefined) throw refuse(`it names the column ${twice} twice`);
  return [...header];
}
