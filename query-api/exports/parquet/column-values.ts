import { MONEY_DECIMALS } from "#core/money.ts";
import type { ExportType } from "#query-api/exports/export-column.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** How Parquet stores a type: its physical type, the converted type of all readers, and the bytes of some values. */
export interface ParquetType {
  readonly physical: number;
  readonly converted?: number;
  readonly length?: number;
  readonly scale?: number;
  readonly precision?: number;
  readonly bytes: (values: readonly string[]) => Buffer;
}

const DAY_MS = 86_400_000;
const DECIMAL_BYTES = 16;

/** parquet-format, `Types` and `ConvertedType`. Values that are not known are not here; levels say where they are. */
export const PARQUET_TYPES: Readonly<Record<ExportType, ParquetType>> = {
  text: { physical: 6, converted: 0, bytes: texts },
  whole: { physical: 2, bytes: (values) => longs(values.map(BigInt)) },
  instant: {
    physical: 2,
    converted: 9,
    bytes: (values) => longs(values.map((text) => BigInt(Date.parse(text)))),
  },
  date: { physical: 1, converted: 6, bytes: (values) => days(values) },
  decimal: {
    physical: 7,
    converted: 5,
    length: DECIMAL_BYTES,
    scale: MONEY_DECIMALS,
    precision: 38,
    bytes: decimals,
  },
};

function texts(values: readonly string[]): Buffer {
  const size = values.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of values) {
    const length = bytes.write(text, at + 4);
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return bytes;
}

/** Beyond 64 bits this throws: no sum of tokens gets there, and a wrong number would be worse. */
function longs(values: readonly bigint[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 8);
  for (const [at, value] of values.entries()) bytes.writeBigInt64LE(value, at * 8);
  return bytes;
}

function days(values: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (const [at, date] of values.entries()) bytes.writeInt32LE(Date.parse(date) / DAY_MS, at * 4);
  return bytes;
}

/** Two's complement, the highest byte first. */
function decimals(values: readonly string[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * DECIMAL_BYTES);
  for (const [at, text] of values.entries()) {
    const units: bigint = storedMoney(text);
    bytes.writeBigInt64BE(units >> 64n, at * DECIMAL_BYTES);
    bytes.writeBigUInt64BE(units & 0xffff_ffff_ffff_ffffn, at * DECIMAL_BYTES + 8);
  }
  return bytes;
}
