import { monthNumber } from "#ingest/batch-row.ts";
import { sha256 } from "#ingest/build-batch.ts";
import { BATCH_COLUMNS, EVENT_COLUMNS, PEOPLE_COLUMNS, RECORD_COLUMNS } from "#ingest/columns.ts";
import type { Person } from "#ingest/element.ts";
import type { PlannedChunk } from "#ingest/replay/plan-chunk.ts";
import { type BatchWriter, byMonth, toJson } from "#ingest/write-batch.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** What the rows of a run have in common. */
export interface RunStamp {
  readonly epoch: number;
  readonly settingsOffset: bigint;
  /** When the run began, by Kafka: the same for each attempt to finish it. */
  readonly ingestedAt: string;
}

/**
 * Writes what changed in a chunk. Every insert has a token of run and content and every row its epoch in its key, so
 * repeating it after a crash adds nothing.
 *
 * The records come first, unlike at ingest: a record of this epoch says that its events must be compared with what
 * stands, row by row, by whichever run comes next. So a run that is given up halfway leaves nothing that a later one
 * would take for unchanged. The batch row comes last: it means that the rows it speaks of are there.
 */
export async function writeChunk(
  writer: Omit<BatchWriter, "topics"> & { readonly topics: Pick<BatchWriter["topics"], "batches"> },
  chunk: PlannedChunk,
  people: readonly Person[],
  stamp: RunStamp,
): Promise<void> {
  if (chunk.changed.length === 0) return;
  const timed = (row: Row): Row => ({ ...row, ingested_at: stamp.ingestedAt });
  const recordRows = chunk.changed.map(({ recordRow }) => recordRow);
  const insert = (table: string, columns: readonly string[], part: number | string, rows: readonly Row[]) =>
    writer.clickhouse.insert({ table, columns, rows, token: tokenOf(chunk, stamp, table, part) });

  for (const [month, rows] of byMonth(recordRows, "append_time"))
    await insert("records_v1", RECORD_COLUMNS, month, rows.map(timed));
  for (const [month, rows] of byMonth(chunk.eventRows, "bucket"))
    await insert("events_v1", EVENT_COLUMNS, month, rows.map(timed));
  const peopleRows = people.map(({ userRef, name, source }) => ({
    ...{ user_ref: userRef, name, source },
    seen_at: stamp.ingestedAt,
  }));
  await insert("people_v1", PEOPLE_COLUMNS, sha256(JSON.stringify(peopleRows)), peopleRows);
  const batch = timed(batchRowOf(chunk, stamp));
  await insert("batches_v1", BATCH_COLUMNS, "", [batch]);
  await writer.producer.send(writer.topics.batches, [
    { key: `${chunk.at.topic}/${chunk.at.partition}`, value: Buffer.from(toJson(batch)), partition: 0 },
  ]);
}

/** The row of `batches_v1`: the range that was looked at, and the leaves of the records that changed in it. */
function batchRowOf(chunk: PlannedChunk, stamp: RunStamp): Row {
  const { at, first, last, changed, eventRows } = chunk;
  const accepted = changed.filter(({ becomes }) => becomes === "accepted").length;
  return {
    topic: at.topic,
    partition: at.partition,
    first_offset: first.offset,
    last_offset: last.offset,
    first_append_time: new Date(first.append_ms).toISOString(),
    last_append_time: new Date(last.append_ms).toISOString(),
    records: new Set(changed.map(({ stored }) => stored.offset)).size,
    elements: changed.length,
    accepted,
    rejected: changed.length - accepted,
    events: eventRows.length,
    root: chunk.root,
    settings_offset: stamp.settingsOffset,
    adapter_versions: JSON.stringify(chunk.adapterVersions),
    months: [...new Set(eventRows.map((row) => monthNumber(String(row["bucket"]))))].sort(),
    epoch: stamp.epoch,
  };
}

function tokenOf(chunk: PlannedChunk, stamp: RunStamp, table: string, part: number | string): string {
  const { at, first, last } = chunk;
  const range = `${at.topic}/${at.partition}/${first.offset}.${first.element}-${last.offset}.${last.element}`;
  return sha256(`${table}|${part}|run ${stamp.epoch}|${range}|${stamp.settingsOffset}|${chunk.root}`);
}
