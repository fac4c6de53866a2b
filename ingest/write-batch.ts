import { areThere, type TableOfBatch } from "#ingest/are-there.ts";
import { batchRow, monthNumber } from "#ingest/batch-row.ts";
import { type BuiltBatch, sha256 } from "#ingest/build-batch.ts";
import { BATCH_COLUMNS, EVENT_COLUMNS, PEOPLE_COLUMNS, RECORD_COLUMNS } from "#ingest/columns.ts";
import type { Person } from "#ingest/element.ts";
import { rejectRecords } from "#ingest/reject-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import type { Producer } from "#runtime/kafka/types.ts";

export interface BatchWriter {
  readonly clickhouse: Pick<ClickHouse, "insert" | "query">;
  readonly producer: Pick<Producer, "send">;
  readonly topics: { readonly rejects: string; readonly batches: string };
  /** Told of an insert that was not repeated because its rows are there. */
  readonly foundThere?: (table: string) => void;
}

/**
 * Writes a batch whose intent is saved. Every step can be repeated: an insert is known by its token, a row by its
 * key, a reject and a batch message by the position in their key. So a crash between any two steps, or in one,
 * ends in the same state once the batch is repeated.
 *
 * Where an earlier try may have written some of it (`mayBeThere`: an answer that was lost, a crash, ClickHouse's
 * UNKNOWN_STATUS_OF_INSERT), the store is asked first: it forgets tokens after a while, and rows that are there need
 * not be sent again.
 */
export async function writeBatch(
  writer: BatchWriter,
  batch: BuiltBatch,
  people: readonly Person[],
  ingestedAt: string,
  { mayBeThere }: { readonly mayBeThere: boolean },
): Promise<void> {
  const each = { ingested_at: ingestedAt };
  const insert = async (
    table: TableOfBatch,
    part: number | string,
    columns: readonly string[],
    rows: Row[],
  ) => {
    if (mayBeThere && (await areThere(writer.clickhouse, batch, table, rows))) {
      writer.foundThere?.(table);
      return;
    }
    await writer.clickhouse.insert({ table, columns, rows, each, token: insertToken(batch, table, part) });
  };
  const rejects = rejectRecords(batch);
  // Rejects first: whoever sees a record counted as rejected must find its bytes.
  if (rejects.length > 0) await writer.producer.send(writer.topics.rejects, rejects);
  // One insert stays inside one table partition: a retry over several of which one was reached is not recognised.
  for (const [month, rows] of byMonth(batch.eventRows, "bucket"))
    await insert("events_v1", month, EVENT_COLUMNS, rows);
  for (const [month, rows] of byMonth(batch.recordRows, "append_time"))
    await insert("records_v1", month, RECORD_COLUMNS, rows);
  const peopleRows = people.map((person) => ({
    user_ref: person.userRef,
    name: person.name,
    source: person.source,
    seen_at: ingestedAt,
  }));
  await writer.clickhouse.insert({
    table: "people_v1",
    columns: PEOPLE_COLUMNS,
    rows: peopleRows,
    token: insertToken(batch, "people_v1", sha256(JSON.stringify(peopleRows))),
  });
  // After the rows it speaks of: a batch row means that they are there.
  const row = batchRow(batch, ingestedAt);
  await insert("batches_v1", "", BATCH_COLUMNS, [row]);
  await writer.producer.send(writer.topics.batches, [
    { key: `${batch.topic}/${batch.partition}`, value: Buffer.from(toJson(row)), partition: 0 },
  ]);
}

/**
 * Binds the content: the root covers every byte and every row of the batch. A token of the range alone would make
 * ClickHouse drop other rows at reused offsets (a recreated topic) without a word.
 */
export function insertToken(batch: BuiltBatch, table: string, part: number | string): string {
  const range = `${batch.topic}/${batch.partition}/${batch.first.offset}-${batch.last.offset}`;
  const times = `${batch.first.appendTimeMs}-${batch.last.appendTimeMs}`;
  return sha256(`${table}|${part}|${range}|${times}|${batch.settingsOffset}|${batch.root}`);
}

/** Rows by the month of a column, which is how the tables are partitioned. */
export function byMonth(rows: readonly Row[], column: string): Map<number, Row[]> {
  const months = new Map<number, Row[]>();
  for (const row of rows) {
    const month = monthNumber(String(row[column]));
    const list = months.get(month);
    if (list === undefined) months.set(month, [row]);
    else list.push(row);
  }
  return months;
}

/** A row as a message: whole numbers of 64 bits as text. */
export function toJson(row: Row): string {
  return JSON.stringify(row, (_name, value) => (typeof value === "bigint" ? String(value) : value));
}
