import { zstdCompressSync } from "node:zlib";
import type { ExportColumn } from "#query-api/exports/export-column.ts";
import { PARQUET_TYPES } from "#query-api/exports/parquet/column-values.ts";
import {
  binary,
  i32,
  i64,
  list,
  struct,
  type ThriftValue,
  thriftBytes,
} from "#query-api/exports/parquet/thrift.ts";

const ENCODING_PLAIN = 0;
const ENCODING_RLE = 3;
const CODEC_ZSTD = 6;
const DATA_PAGE = 0;

export interface ColumnChunk {
  readonly bytes: Buffer;
  readonly sizeBytes: number;
  /** What the footer says of the chunk. */
  readonly metadata: ThriftValue;
}

/** The values of one column of one row group as one page, from `offset` of the file on. */
export function columnChunk(
  column: ExportColumn,
  values: readonly (string | null)[],
  offset: number,
): ColumnChunk {
  const type = PARQUET_TYPES[column.type];
  const known = values.filter((value) => value !== null);
  const page = Buffer.concat([definitionLevels(values), type.bytes(known)]);
  const packed = zstdCompressSync(page);
  const header = thriftBytes(
    struct({
      1: i32(DATA_PAGE),
      2: i32(page.length),
      3: i32(packed.length),
      5: struct({
        1: i32(values.length),
        2: i32(ENCODING_PLAIN),
        3: i32(ENCODING_RLE),
        4: i32(ENCODING_RLE),
      }),
    }),
  );
  const bytes = Buffer.concat([header, packed]);
  const sizeBytes = header.length + page.length;
  const metadata = struct({
    2: i64(offset),
    3: struct({
      1: i32(type.physical),
      2: list("i32", [i32(ENCODING_PLAIN), i32(ENCODING_RLE)]),
      3: list("binary", [binary(column.name)]),
      4: i32(CODEC_ZSTD),
      5: i64(values.length),
      6: i64(sizeBytes),
      7: i64(bytes.length),
      9: i64(offset),
    }),
  });
  return { bytes, sizeBytes, metadata };
}

/** 1 where a value is known, bit by bit: one bit-packed run, with its length in front. */
function definitionLevels(values: readonly (string | null)[]): Buffer {
  const groups = Math.ceil(values.length / 8);
  const bits = Buffer.alloc(groups);
  for (const [at, value] of values.entries())
    if (value !== null) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  const head: number[] = [];
  let run = groups * 2 + 1;
  for (; run >= 0x80; run >>= 7) head.push((run & 0x7f) | 0x80);
  head.push(run);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length + bits.length);
  return Buffer.concat([length, Buffer.from(head), bits]);
}
