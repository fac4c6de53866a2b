import { isUtf8 } from "node:buffer";
import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { invoiceBytes } from "#cli/reconcile/invoice-bytes.ts";
import { isParquet, parquetRows } from "#cli/reconcile/parquet-rows.ts";
import { failure } from "#core/failure.ts";
import { formatOfColumns, formatOfJson } from "#core/reconcile/detect-format.ts";
import type { CsvRow, Invoice, InvoiceFormat } from "#core/reconcile/invoice.ts";
import { type JoinedInvoice, joinInvoices } from "#core/reconcile/join-invoices.ts";
import { readAwsCur } from "#core/reconcile/read-aws-cur.ts";
import { readCsvInvoice } from "#core/reconcile/read-csv.ts";
import { jsonDocuments, readJsonInvoice } from "#core/reconcile/read-json.ts";
import { readLitellm, spendLogsOf } from "#core/reconcile/read-litellm.ts";
import { no, type Result } from "#core/result.ts";

/**
 * Reads the files of one invoice.
 * @throws FILE_UNREADABLE with every fault and its place
 */
export async function readInvoice(
  files: readonly string[],
  format: InvoiceFormat | undefined,
): Promise<JoinedInvoice> {
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice !== undefined) throw failure("FILE_UNREADABLE", { file: twice, reason: "is given twice" });
  const invoices: (Invoice & { readonly file: string })[] = [];
  for (const file of files) {
    const bytes = invoiceBytes(file);
    const read = isParquet(bytes)
      ? readTable(await parquetRows(file, bytes), format, "Parquet")
      : readText(textOf(file, bytes), format);
    if (!read.ok) throw failure("FILE_UNREADABLE", { file, reason: read.detail });
    invoices.push({ ...read.value, file: nameOf(file, files) });
  }
  const joined = joinInvoices(invoices);
  if (!joined.ok) throw failure("FILE_UNREADABLE", { file: files.join(", "), reason: joined.detail });
  return joined.value;
}

function nameOf(file: string, files: readonly string[]): string {
  const isOnly = files.filter((other) => basename(other) === basename(file)).length === 1;
  return isOnly ? basename(file) : file;
}

function textOf(file: string, bytes: Buffer): string {
  if (!isUtf8(bytes)) throw failure("FILE_UNREADABLE", { file, reason: "is no text in UTF-8" });
  return bytes.toString("utf8").replace(/^\ufeff/, "");
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
  return readTable(parsed.value, format, "a CSV");
}

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

function readTable(
  { columns, rows }: Table,
  format: InvoiceFormat | undefined,
  what: string,
): Result<Invoice> {
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
      return no("bad_shape", `is ${what}, and ${format} is JSON`);
  }
}

function csvOf(text: string): Result<Table> {
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
