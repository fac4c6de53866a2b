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

/** The values of one column that wait for their row group to be full, as bytes: as texts they are many times as much. */
export interface ColumnPart {
  add(values: readonly (string | null)[]): void;
  /** All of them as one page, from `offset` of the file on; then it is empty again. */
  chunk(offset: number): ColumnChunk;
}

export function columnPart(column: ExportColumn): ColumnPart {
  let known: boolean[] = [];
  let parts: Buffer[] = [];
  return {
    add: (values) => {
      for (const value of values) known.push(value !== null);
      parts.push(PARQUET_TYPES[column.type].bytes(values.filter((value) => value !== null)));
    },
    chunk: (offset) => {
      const made = columnChunk(column, known, Buffer.concat([definitionLevels(known), ...parts]), offset);
      known = [];
      parts = [];
      return made;
    },
  };
}

function columnChunk(
  column: ExportColumn,
  known: readonly boolean[],
  page: Buffer,
  offset: number,
): ColumnChunk {
  const type = PARQUET_TYPES[column.type];
  const packed = zstdCompressSync(page);
  const header = thriftBytes(
    struct({
      1: i32(DATA_PAGE),
      2: i32(page.length),
      3: i32(packed.length),
      5: struct({
        1: i32(known.length),
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
      5: i64(known.length),
      6: i64(sizeBytes),
      7: i64(bytes.length),
      9: i64(offset),
    }),
  });
  return { bytes, sizeBytes, metadata };
}

/** 1 where a value is known, bit by bit: one bit-packed run, with its length in front. */
function definitionLevels(known: readonly boolean[]): Buffer {
  const groups = Math.ceil(known.length / 8);
  const bits = Buffer.alloc(groups);
  for (const [at, isKnown] of known.entries())
    if (isKnown) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  const head: number[] = [];
  let run = groups * 2 + 1;
  for (; run >= 0x80; run >>= 7) head.push((run & 0x7f) | 0x80);
  head.push(run);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length + bits.length);
  return Buffer.concat([length, Buffer.from(head), bits]);
}
