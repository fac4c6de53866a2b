import { gunzipSync, zstdDecompressSync } from "node:zlib";
import {
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { failure } from "#core/failure.ts";
import { plainDecimal } from "#core/plain-decimal.ts";
import type { CsvRow } from "#core/reconcile/invoice.ts";

/** What a file may become in memory: a few bytes of a damaged or hostile one can promise any number of rows. */
const UNPACKED_BYTES_MAX = 1024 * 1024 * 1024;
/** A value that repeats is packed once however often it stands there. */
const CELLS_MAX = 50_000_000;

/** Snappy, which clouds write, is the reader's own. */
const COMPRESSORS: Compressors = {
  GZIP: (bytes, size) => gunzipSync(bytes, { maxOutputLength: atLeastOne(size) }),
  ZSTD: (bytes, size) => zstdDecompressSync(bytes, { maxOutputLength: atLeastOne(size) }),
};

/** A page of nothing but NULL has no bytes, and zlib takes no 0. */
function atLeastOne(size: number): number {
  return Math.max(1, size);
}

/** Apache Parquet's format, "File Format": the magic number at both ends. */
export function isParquet(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(MAGIC) && bytes.subarray(-4).equals(MAGIC);
}

const MAGIC = Buffer.from("PAR1");

/**
 * The rows of a Parquet file as if a CSV had them; a row's line is its number, from 1.
 * @throws FILE_UNREADABLE
 */
export async function parquetRows(
  file: string,
  bytes: Buffer,
): Promise<{ readonly columns: readonly string[]; readonly rows: readonly CsvRow[] }> {
  try {
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const metadata = parquetMetadata(buffer);
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const tooMuch = whatIsTooMuch(metadata, columns.length);
    if (tooMuch !== null) throw new Error(`${tooMuch} is the most: cut it by days`);
    const found = await parquetReadObjects({ file: buffer, metadata, compressors: COMPRESSORS });
    return {
      columns,
      rows: found.map((row, at) => ({
        line: at + 1,
        cells: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)])),
      })),
    };
  } catch (error) {
    throw failure("FILE_UNREADABLE", { file, reason: (error as Error).message }, error);
  }
}

function whatIsTooMuch({ row_groups, num_rows }: FileMetaData, columns: number): string | null {
  const chunks = row_groups.flatMap((group) => group.columns);
  const bytes = chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
  const cells = num_rows * BigInt(columns);
  if (bytes > UNPACKED_BYTES_MAX) return `would be ${bytes} bytes unpacked, ${UNPACKED_BYTES_MAX}`;
  return cells > CELLS_MAX ? `has ${num_rows} rows of ${columns} columns, ${CELLS_MAX} cells` : null;
}

/** As AWS writes the same value into a CSV. Doubles are their shortest digits, never an exponent. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number") return plainDecimal(value);
  if (typeof value === "object")
    return JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? String(part) : part));
  return String(value);
}
