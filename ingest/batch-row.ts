import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** The row of `batches_v1`, which is the message on the batches topic too. */
export function batchRow(batch: BuiltBatch, ingestedAt: string): Row {
  const accepted = batch.elements.filter((element) => element.outcome.kind === "accepted").length;
  return {
    topic: batch.topic,
    partition: batch.partition,
    first_offset: batch.first.offset,
    last_offset: batch.last.offset,
    first_append_time: new Date(batch.first.appendTimeMs).toISOString(),
    last_append_time: new Date(batch.last.appendTimeMs).toISOString(),
    records: batch.records,
    elements: batch.elements.length,
    accepted,
    rejected: batch.elements.length - accepted,
    events: batch.eventRows.length,
    root: batch.root,
    settings_offset: batch.settingsOffset,
    adapter_versions: JSON.stringify(batch.adapterVersions),
    months: [...new Set(batch.eventRows.map((row) => monthNumber(String(row["bucket"]))))].sort(),
    epoch: 0,
    ingested_at: ingestedAt,
  };
}

/** `2026-11-…` as 202611, which is how the tables are partitioned. */
export function monthNumber(iso: string): number {
  return Number(iso.slice(0, 4)) * 100 + Number(iso.slice(5, 7));
}
