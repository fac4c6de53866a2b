import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import { columnPart } from "#query-api/exports/parquet/column-chunk.ts";
import { PARQUET_TYPES } from "#query-api/exports/parquet/column-values.ts";
import {
  binary,
  encoded,
  i32,
  i64,
  list,
  struct,
  type ThriftValue,
  thriftBytes,
} from "#query-api/exports/parquet/thrift.ts";
import type { RowWriter } from "#query-api/exports/row-writer.ts";

const MAGIC = Buffer.from("PAR1");
/** Always as many, however the rows came: the file is a function of the rows alone. */
const GROUP_ROWS = 20_000;
const OPTIONAL = 1;

/**
 * Apache Parquet: amounts as DECIMAL(38, 12), counts as INT64, times as TIMESTAMP in UTC. Row groups of a fixed number
 * of rows, one page a column, plain values packed with zstd: what every reader reads. docs/decisions/0019-exports.md
 * says why the store does not write it.
 */
export function parquetWriter(columns: readonly ExportColumn[]): RowWriter {
  const groups: ThriftValue[] = [];
  const parts = columns.map(columnPart);
  let waiting = 0;
  let offset = 0;
  let count = 0;
  const placed = (bytes: Buffer) => {
    offset += bytes.length;
    return bytes;
  };
  const take = (rows: readonly Cells[]) => {
    for (const [at, part] of parts.entries()) part.add(rows.map((cells) => cells[at] ?? null));
    waiting += rows.length;
  };
  const writeGroup = (): Buffer => {
    const chunks = parts.map((part) => {
      const chunk = part.chunk(offset);
      return { ...chunk, bytes: placed(chunk.bytes) };
    });
    const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0);
    const metadata = list(
      "struct",
      chunks.map((chunk) => chunk.metadata),
    );
    groups.push(encoded(struct({ 1: metadata, 2: i64(sizeBytes), 3: i64(waiting) })));
    count += waiting;
    waiting = 0;
    return Buffer.concat(chunks.map(({ bytes }) => bytes));
  };
  return {
    begin: () => placed(MAGIC),
    rows: (rows) => {
      const written: Buffer[] = [];
      for (let from = 0; from < rows.length; ) {
        const some = rows.slice(from, from + GROUP_ROWS - waiting);
        take(some);
        from += some.length;
        if (waiting === GROUP_ROWS) written.push(writeGroup());
      }
      return Buffer.concat(written);
    },
    end: () => {
      const last = waiting === 0 ? Buffer.alloc(0) : writeGroup();
      const footer = thriftBytes(
        struct({
          1: i32(1),
          2: list("struct", [root(columns.length), ...columns.map(schemaOf)]),
          3: i64(count),
          4: list("struct", groups),
          6: binary("spendtrail"),
        }),
      );
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      return Buffer.concat([last, footer, length, MAGIC]);
    },
  };
}

const root = (children: number) => struct({ 4: binary("schema"), 5: i32(children) });

function schemaOf({ name, type }: ExportColumn): ThriftValue {
  const { physical, length, converted, scale, precision } = PARQUET_TYPES[type];
  const known = (value: number | undefined) => (value === undefined ? undefined : i32(value));
  return struct({
    1: i32(physical),
    2: known(length),
    3: i32(OPTIONAL),
    4: binary(name),
    6: known(converted),
    7: known(scale),
    8: known(precision),
  });
}
