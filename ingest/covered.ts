import { z } from "zod";
import { sha256 } from "#ingest/build-batch.ts";
import type { Element } from "#ingest/element.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** A range of offsets that was written as one batch, with the append times of its ends: a recreated topic has others. */
export interface CoveredRange {
  readonly first: bigint;
  readonly last: bigint;
  readonly firstAppendMs: number;
  readonly lastAppendMs: number;
}

const CoveredRow = z.object({
  first_offset: z.coerce.bigint(),
  last_offset: z.coerce.bigint(),
  first_ms: z.coerce.number(),
  last_ms: z.coerce.number(),
});

/** What `batches_v1` already has of a partition from an offset on, in order. */
export async function readCovered(
  clickhouse: Pick<ClickHouse, "query">,
  at: { readonly topic: string; readonly partition: number; readonly from: bigint },
): Promise<readonly CoveredRange[]> {
  const rows = await clickhouse.query({
    name: "covered_ranges",
    sql: `SELECT first_offset, last_offset,
                 toUnixTimestamp64Milli(first_append_time) AS first_ms,
                 toUnixTimestamp64Milli(last_append_time) AS last_ms
          FROM batches_v1
          WHERE topic = {topic:String} AND partition = {partition:UInt32} AND last_offset >= {from:UInt64}
            -- A replay's batches say nothing of what Kafka's offsets have become.
            AND epoch = 0
          GROUP BY ALL
          ORDER BY first_offset`,
    params: { topic: at.topic, partition: at.partition, from: String(at.from) },
    row: CoveredRow,
  });
  return rows.map((row) => ({
    first: row.first_offset,
    last: row.last_offset,
    firstAppendMs: row.first_ms,
    lastAppendMs: row.last_ms,
  }));
}

const HashRow = z.object({
  offset: z.coerce.bigint(),
  element: z.coerce.number(),
  append_ms: z.coerce.number(),
  received_sha256: z.string(),
});

/** Whether the stored records of a range are these very elements: same positions, same bytes, none missing or more. */
export async function isStoredAlready(
  clickhouse: Pick<ClickHouse, "query">,
  elements: readonly Element[],
): Promise<boolean> {
  const [first, last] = [elements[0]?.position, elements.at(-1)?.position];
  if (first === undefined || last === undefined) return false;
  const stored = await clickhouse.query({
    name: "stored_hashes",
    sql: `SELECT offset, element, toUnixTimestamp64Milli(append_time) AS append_ms, received_sha256
          FROM records_v1
          WHERE topic = {topic:String} AND partition = {partition:UInt32}
            AND offset BETWEEN {first:UInt64} AND {last:UInt64} AND epoch = 0`,
    params: {
      topic: first.topic,
      partition: first.partition,
      first: String(first.offset),
      last: String(last.offset),
    },
    row: HashRow,
  });
  const hashes = new Map(
    stored.map((row) => [`${row.offset}/${row.element}/${row.append_ms}`, row.received_sha256]),
  );
  return elements.every(
    ({ position, received }) =>
      hashes.get(`${position.offset}/${position.element}/${position.appendTimeMs}`) === sha256(received),
  );
}
