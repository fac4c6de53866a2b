import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";

/** A value that a column takes; 64-bit integers as bigint, decimals and times as strings. */
export type ColumnValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly ColumnValue[]
  | { readonly [name: string]: ColumnValue };
export type Row = Readonly<Record<string, ColumnValue>>;

/**
 * Sends rows as one insert statement. The one place that knows the format: JSONEachRow, columns named, so that an
 * older program goes on working after a column is added. Only the named columns of a row are sent.
 */
export async function writeRows(
  client: ClickHouseClient,
  insert: {
    readonly table: string;
    readonly columns: readonly string[];
    readonly rows: readonly Row[];
    /** Values that every row has. */
    readonly each: Row;
    readonly settings: ClickHouseSettings;
    readonly queryId: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { table, columns, rows, each, settings, queryId, signal } = insert;
  const names = columns.map((column) => `\`${column}\``).join(", ");
  // `exec`, because the client's own `insert` of this format takes objects and encodes them one by one.
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} (${names}) FORMAT JSONEachRow`,
    values: Readable.from(lines(columns, rows, each), { objectMode: false }),
    clickhouse_settings: settings,
    query_id: queryId,
    abort_signal: signal,
  });
  // An insert answers nothing, but an unread answer would hold the socket.
  stream.resume();
  await finished(stream);
}

/** Lines are joined into chunks of this size, so that a large batch is not one string twice its size. */
const CHUNK_LENGTH = 262_144;

function* lines(columns: readonly string[], rows: readonly Row[], each: Row): Generator<Buffer> {
  const named = columns
    .filter((column) => each[column] === undefined)
    .map((column) => [column, `${JSON.stringify(column)}:`] as const);
  const same = Object.entries(each).map(([column, value]) => `,${JSON.stringify(column)}:${encode(value)}`);
  const end = `${same.join("")}}\n`;
  let chunk = "";
  for (const row of rows) {
    let line = "";
    for (const [column, label] of named) {
      const value = row[column];
      if (value === undefined) throw new Error(`a row for ${columns.join(", ")} lacks ${column}`);
      line += `${line === "" ? "{" : ","}${label}${encode(value)}`;
    }
    chunk += line + end;
    if (chunk.length >= CHUNK_LENGTH) {
      yield Buffer.from(chunk);
      chunk = "";
    }
  }
  if (chunk !== "") yield Buffer.from(chunk);
}

function encode(value: ColumnValue): string {
  if (typeof value === "bigint") return value.toString();
  if (value !== null && typeof value === "object")
    return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? inner.toString() : inner));
  return JSON.stringify(value);
}
