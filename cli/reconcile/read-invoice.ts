import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { failure } from "#core/failure.ts";
import { formatOfColumns, formatOfJson } from "#core/reconcile/detect-format.ts";
import type { CsvRow, Invoice, InvoiceFormat } from "#core/reconcile/invoice.ts";
import { type JoinedInvoice, joinInvoices } from "#core/reconcile/join-invoices.ts";
import { readAwsCur } from "#core/reconcile/read-aws-cur.ts";
import { readCsvInvoice } from "#core/reconcile/read-csv.ts";
import { jsonDocuments, readJsonInvoice } from "#core/reconcile/read-json.ts";
import { readLitellm, spendLogsOf } from "#core/reconcile/read-litellm.ts";
import { no, type Result } from "#core/result.ts";

/** Larger ones are an export of calls, which has to be cut by days first. */
const BYTES_MAX = 256 * 1024 * 1024;

/**
 * Reads the files of one invoice.
 * @throws FILE_UNREADABLE with every fault and its place
 */
export function readInvoice(files: readonly string[], format: InvoiceFormat | undefined): JoinedInvoice {
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) throw failure("FILE_UNREADABLE", { file: twice, reason: "is given twice" });
  const invoices = files.map((file) => {
    const read = readText(textOf(file), format);
    if (!read.ok) throw failure("FILE_UNREADABLE", { file, reason: read.detail });
    return { ...read.value, file: nameOf(file, files) };
  });
  const joined = joinInvoices(invoices);
  if (!joined.ok) throw failure("FILE_UNREADABLE", { file: files.join(", "), reason: joined.detail });
  return joined.value;
}

function nameOf(file: string, files: readonly string[]): string {
  const isOnly = files.filter((other) => basename(other) === basename(file)).length === 1;
  return isOnly ? basename(file) : file;
}

function textOf(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > BYTES_MAX)
      throw failure("FILE_UNREADABLE", {
        file,
        reason: `has ${size} bytes, ${BYTES_MAX} is the most: cut it by days`,
      });
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) throw failure("FILE_UNREADABLE", { file, reason: "is no text in UTF-8" });
    return bytes.toString("utf8").replace(/^\ufeff/, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || code === "FILE_UNREADABLE") throw error;
    throw failure("FILE_UNREADABLE", { file, reason: (error as Error).message }, error);
  }
}

function readText(text: string, format: InvoiceFormat | undefined): Result<Invoice> {
  if (text.trim() === "") return no("empty", "is empty");
  return /^\s*[{[]/.test(text) ? readJson(text, format) : readCsv(text, format);
}

function readJson(text: string, format: InvoiceFormat | undefined): Result<Invoice> {
  const documents = jsonDocuments(text);
  if (!documents.ok) return documents;
  const detected = format === undefined ? formatOfJson(documents.value) : null;
  if (detected?.ok === false) return detected;
  return readJsonInvoice(format ?? (detected?.value as InvoiceFormat), documents.value);
}

function readCsv(text: string, format: InvoiceFormat | undefined): Result<Invoice> {
  const parsed = csvOf(text);
  if (!parsed.ok) return parsed;
  const { columns, rows } = parsed.value;
  const detected = format === undefined ? formatOfColumns(columns) : null;
  if (detected?.ok === false) return detected;
  switch (format ?? detected?.value) {
    case "csv":
      return readCsvInvoice(columns, rows);
    case "aws-cur":
      return readAwsCur(columns, rows);
    case "litellm":
      return readLitellm(spendLogsOf(rows), (at) => `line ${rows[at]?.line}`);
    default:
      return no("bad_shape", `is a CSV, and ${format} is JSON`);
  }
}

function csvOf(
  text: string,
): Result<{ readonly columns: readonly string[]; readonly rows: readonly CsvRow[] }> {
  try {
    const options = { bom: true, columns: true, skip_empty_lines: true, trim: true, info: true } as const;
    const found = parse(text, options) as unknown as {
      record: Record<string, string>;
      info: { lines: number };
    }[];
    const header =
      (parse(text, { bom: true, to_line: 1, trim: true, relax_column_count: true }) as string[][])[0] ?? [];
    const twice = header.find((name, at) => header.indexOf(name) !== at);
    if (twice !== undefined) return no("bad_shape", `the column ${twice} is there twice`);
    return {
      ok: true,
      value: {
        columns: header,
        rows: found.map(({ record, info }) => ({ line: info.lines, cells: record })),
      },
    };
  } catch (error) {
    return no("no_csv", `is neither JSON nor a CSV that can be read: ${(error as Error).message}`);
  }
}
