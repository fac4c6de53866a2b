import { z } from "zod";
import { AHEAD_MS_MAX } from "#core/clamp-event-time.ts";
import { ELEMENTS_MAX } from "#core/json/split-elements.ts";
import type { RunScope } from "#core/settings/run-scope.ts";
import {
  type ChunkBounds,
  type ChunkEnd,
  inChunks,
  instant,
  type Partition,
  StoredRow,
} from "#ingest/replay/stored-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Which calls a run is about, and which beliefs it starts from. */
export interface ScopedRange {
  /** When the calls began, ISO 8601; half-open. */
  readonly from: string;
  readonly to: string;
  readonly scope: RunScope;
  /** Beliefs of epochs before this one are what is corrected. */
  readonly epoch: number;
  /** What was ingested later is left alone. */
  readonly ingestedUntil: string;
}

const ScopedRow = z.object({
  ...StoredRow.shape,
  /** The buckets that its events lie in, in seconds; both 0 where that is not known. */
  first_bucket: z.number(),
  last_bucket: z.number(),
});
export type ScopedRecord = z.infer<typeof ScopedRow>;

const PartitionRow = z.object({ topic: z.string(), partition: z.number() });

/** The partitions that may hold records of a range's calls, in order. */
export async function scopedPartitions(
  clickhouse: Pick<ClickHouse, "query">,
  range: ScopedRange,
): Promise<readonly Partition[]> {
  return clickhouse.query({
    name: "run_partitions",
    sql: `SELECT DISTINCT topic, partition FROM records_v1
          WHERE ${SINCE} AND epoch < {epoch:UInt32}
          ORDER BY topic, partition`,
    params: paramsOf(range),
    row: PartitionRow,
  });
}

/**
 * The records that may have given calls of a range, a chunk at a time, in the order of their positions: as a replay
 * reads them, so that a run's leaves and batches are told like its. Which events are meant is said by what stands of
 * them; here only that is left out which can have none. `withBytes`: their stored bytes and headers too.
 */
export function scopedChunks(
  clickhouse: Pick<ClickHouse, "stream">,
  at: Partition,
  range: ScopedRange,
  options: ChunkBounds & { readonly withBytes: boolean },
): AsyncGenerator<readonly ScopedRecord[], void, undefined> {
  return inChunks(options, (last) => clickhouse.stream(chunkQuery(at, range, last, options)));
}

/** A call counts at most so long after its record was appended, so records of before that cannot matter. */
const SINCE = "(append_time >= {since:DateTime64(3, 'UTC')} OR append_time = toDateTime64(0, 3, 'UTC'))";

/**
 * A call counts in the five minutes of its bucket, or earlier when its clock ran ahead, or at its append time when it
 * stated none (1970). A record of before buckets were noted, or one that was corrected, is looked at anyway.
 */
const MAY_HOLD = `(empty(event_buckets) OR epoch > 0 OR arrayExists(
            b -> (b = toDateTime(0, 'UTC') OR b >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}))
              AND (b < {to:DateTime64(3, 'UTC')} OR append_time < {to:DateTime64(3, 'UTC')}), event_buckets))`;

function chunkQuery(
  at: Partition,
  range: ScopedRange,
  last: ChunkEnd | null,
  { rowsMax, withBytes }: ChunkBounds & { readonly withBytes: boolean },
) {
  const bytes = withBytes ? "stored, headers" : "'' AS stored, CAST(map(), 'Map(String, String)') AS headers";
  return {
    name: "run_records",
    sql: `SELECT offset, element, append_ms, source, outcome, reject_reason, event_ids, stored, headers, received_sha256,
                 rows_sha256, adapter_version, settings_offset, epoch,
                 if(empty(event_buckets), 0, toUnixTimestamp(arrayMin(event_buckets))) AS first_bucket,
                 if(empty(event_buckets), 0, toUnixTimestamp(arrayMax(event_buckets))) AS last_bucket
          FROM (
            SELECT offset, element, append_time, toUnixTimestamp64Milli(append_time) AS append_ms, source, outcome,
                   reject_reason, event_ids, event_buckets, ${bytes}, received_sha256, rows_sha256, adapter_version,
                   settings_offset, epoch
            FROM records_v1
            WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset >= {offset:UInt64}
              AND ${SINCE}
              AND (offset, append_ms, element) > ({offset:UInt64}, {append_ms:Int64}, {element:Int64})
              AND epoch < {epoch:UInt32}
              AND (epoch > 0 OR ingested_at <= {ingested_until:DateTime64(3, 'UTC')})
            ORDER BY topic, partition, offset, append_time, element, epoch DESC
            LIMIT 1 BY offset, append_ms, element
          )
          WHERE ({any_source:Bool} OR source IN {sources:Array(String)})
            AND (outcome = 'accepted' OR epoch > 0)
            AND ${MAY_HOLD}
          ORDER BY offset, append_ms, element
          LIMIT {rows_max:UInt32}`,
    params: {
      ...paramsOf(range),
      topic: at.topic,
      partition: at.partition,
      offset: String(last?.offset ?? 0n),
      append_ms: last?.append_ms ?? -1,
      element: last?.element ?? -1,
      // The rest of a record that began in the chunk, and the one that shows it has ended.
      rows_max: rowsMax + ELEMENTS_MAX + 1,
    },
    row: ScopedRow,
  };
}

function paramsOf({ from, to, scope, epoch, ingestedUntil }: ScopedRange): Record<string, unknown> {
  return {
    from: instant(from),
    to: instant(to),
    since: instant(new Date(Math.max(0, Date.parse(from) - AHEAD_MS_MAX)).toISOString()),
    epoch,
    ingested_until: instant(ingestedUntil),
    any_source: scope.sources.length === 0,
    sources: scope.sources,
  };
}
