import type { Chunk } from "#runtime/kafka/producer-session.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** Bytes of values, keys and headers in one request; below the broker's default message.max.bytes of 1 MiB. */
const REQUEST_BYTES_MAX = 900_000;
/** kafkajs sorts a request's messages into partitions in quadratic time: 1,000 take 2 ms, 10,000 take 200 ms. */
const REQUEST_RECORDS_MAX = 1_000;
/** What a record costs beside its value: key, headers, framing; an estimate from above. */
const RECORD_OVERHEAD_BYTES = 256;

/** Cuts a call into requests. A call that fits into one is never cut, so its offsets in a partition are in a row. */
export function cutCall(topic: string, records: readonly OutgoingRecord[]): Chunk[] {
  const chunks: Chunk[] = [];
  let held: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (held.length > 0 && !fits(bytes + size, held.length + 1)) {
      chunks.push({ topic, records: held, bytes });
      held = [];
      bytes = 0;
    }
    held.push(record);
    bytes += size;
  }
  if (held.length > 0) chunks.push({ topic, records: held, bytes });
  return chunks;
}

/** How many of the waiting chunks go into one request: those of the first one's topic, in order, while they fit. */
export function togetherOf(waiting: readonly Chunk[]): number {
  let bytes = 0;
  let records = 0;
  for (const [index, chunk] of waiting.entries()) {
    bytes += chunk.bytes;
    records += chunk.records.length;
    if (index > 0 && (chunk.topic !== waiting[0]?.topic || !fits(bytes, records))) return index;
  }
  return waiting.length;
}

function fits(bytes: number, records: number): boolean {
  return bytes <= REQUEST_BYTES_MAX && records <= REQUEST_RECORDS_MAX;
}

function sizeOf(record: OutgoingRecord): number {
  return (record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}
