import { z } from "zod";
import { ELEMENTS_MAX } from "#core/json/split-elements.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Which records a replay looks at. */
export interface RecordRange {
  /** Only those of this source, and those that no source claimed; null: all. */
  readonly source: string | null;
  /** Kafka's time, ISO 8601; half-open. */
  readonly from: string;
  readonly to: string;
  readonly rejectedOnly: boolean;
  /** Beliefs of epochs before this one are what is replayed. */
  readonly epoch: number;
  /** What was ingested later is left alone: it was read with settings of then. */
  readonly ingestedUntil: string;
}

export const StoredRow = z.object({
  offset: z.coerce.bigint(),
  element: z.number(),
  append_ms: z.coerce.number(),
  source: z.string(),
  outcome: z.enum(["accepted", "rejected"]),
  reject_reason: z.string(),
  event_ids: z.array(z.string()),
  stored: z.string(),
  headers: z.record(z.string(), z.string()),
  received_sha256: z.string(),
  rows_sha256: z.string(),
  adapter_version: z.number(),
  settings_offset: z.coerce.bigint(),
  epoch: z.number(),
});
/** One record element as it is believed to be before the run. */
export type StoredRecord = z.infer<typeof StoredRow>;

const PartitionRow = z.object({ topic: z.string(), partition: z.number() });
export type Partition = z.infer<typeof PartitionRow>;

/**
 * So many record elements, or characters of them, are looked at together: what a replay holds in memory. A chunk ends
 * where a Kafka record ends, so that the range of a batch row is its own.
 */
export interface ChunkBounds {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/** The partitions that have records in a range, in order. */
export async function partitionsIn(
  clickhouse: Pick<ClickHouse, "query">,
  range: RecordRange,
): Promise<readonly Partition[]> {
  return clickhouse.query({
    name: "replay_partitions",
    sql: `SELECT DISTINCT topic, partition FROM records_v1
          WHERE append_time >= {from:DateTime64(3, 'UTC')} AND append_time < {to:DateTime64(3, 'UTC')}
          ORDER BY topic, partition`,
    params: { from: instant(range.from), to: instant(range.to) },
    row: PartitionRow,
  });
}

/**
 * The records of a partition, a chunk at a time, in the order of their positions. The same range gives the same chunks
 * however often it is read: what the replay itself writes has its own epoch, and what came later is left out.
 */
export function chunksOf(
  clickhouse: Pick<ClickHouse, "stream">,
  at: Partition,
  range: RecordRange,
  bounds: ChunkBounds,
): AsyncGenerator<readonly StoredRecord[], void, undefined> {
  return inChunks(bounds, (last) => clickhouse.stream(chunkQuery(at, range, last, bounds.rowsMax)));
}

/** The end of one chunk: the next begins after it. */
export type ChunkEnd = Pick<StoredRecord, "offset" | "append_ms" | "element">;

/** Cuts what is read after each end into chunks that end with a Kafka record. */
export async function* inChunks<Record extends StoredRecord>(
  bounds: ChunkBounds,
  readAfter: (last: ChunkEnd | null) => AsyncIterable<Record>,
): AsyncGenerator<readonly Record[], void, undefined> {
  let last: ChunkEnd | null = null;
  for (;;) {
    const chunk: Record[] = [];
    let bytes = 0;
    for await (const row of readAfter(last)) {
      const isFull = chunk.length >= bounds.rowsMax || bytes >= bounds.bytesMax;
      if (isFull && chunk.at(-1)?.offset !== row.offset) break;
      chunk.push(row);
      bytes += row.stored.length;
    }
    const end = chunk.at(-1);
    if (end === undefined) return;
    yield chunk;
    last = end;
  }
}

function chunkQuery(at: Partition, range: RecordRange, last: ChunkEnd | null, rowsMax: number) {
  return {
    name: "replay_records",
    // The latest belief of each position first, then the filters: a record may have come to another source since.
    sql: `SELECT * FROM (
            SELECT offset, element, toUnixTimestamp64Milli(append_time) AS append_ms, source, outcome, reject_reason,
                   event_ids, stored, headers, received_sha256, rows_sha256, adapter_version, settings_offset, epoch
            FROM records_v1
            WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset >= {offset:UInt64}
              AND append_time >= {from:DateTime64(3, 'UTC')} AND append_time < {to:DateTime64(3, 'UTC')}
              AND (offset, append_ms, element) > ({offset:UInt64}, {append_ms:Int64}, {element:Int64})
              AND epoch < {epoch:UInt32}
              AND (epoch > 0 OR ingested_at <= {ingested_until:DateTime64(3, 'UTC')})
            ORDER BY topic, partition, offset, append_time, element, epoch DESC
            LIMIT 1 BY offset, append_ms, element
          )
          WHERE ({any_source:Bool} OR source IN ({source:String}, ''))
            AND ({any_outcome:Bool} OR outcome = 'rejected')
          ORDER BY offset, append_ms, element
          LIMIT {rows_max:UInt32}`,
    params: {
      topic: at.topic,
      partition: at.partition,
      offset: String(last?.offset ?? 0n),
      append_ms: last?.append_ms ?? -1,
      element: last?.element ?? -1,
      from: instant(range.from),
      to: instant(range.to),
      epoch: range.epoch,
      ingested_until: instant(range.ingestedUntil),
      any_source: range.source === null,
      source: range.source ?? "",
      any_outcome: !range.rejectedOnly,
      // The rest of a record that began in the chunk, and the one that shows it has ended.
      rows_max: rowsMax + ELEMENTS_MAX + 1,
    },
    row: StoredRow,
  };
}

/** ISO 8601 as a parameter of ClickHouse takes it. */
export function instant(iso: string): string {
  return iso.replace("Z", "");
}
