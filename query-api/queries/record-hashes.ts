import { z } from "zod";
import type { EventColumns } from "#query-api/event-columns.ts";
import type { Hashes } from "#query-api/event-row.ts";
import type { Reader } from "#query-api/reader.ts";
import { Moment, Whole } from "#query-api/store-types.ts";

const Row = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: Whole,
  element: z.int(),
  append_time: Moment,
  received_sha256: z.string(),
  stored_sha256: z.string(),
  rows_sha256: z.string(),
  leaf: z.string(),
});

const SQL = `SELECT
  topic, partition, offset, element, append_time,
  received_sha256, stored_sha256, rows_sha256, leaf
FROM all_record_hashes(topics = {topics:Array(String)}, partitions = {partitions:Array(UInt32)}, offsets = {offsets:Array(UInt64)})
ORDER BY epoch`;

type Located = Pick<EventColumns, "topic" | "partition" | "offset" | "element" | "append_time">;

/** The hashes of the records that events were made of; a key that sees some teams only gets none. */
export async function readHashes(
  reader: Reader,
  events: readonly Located[],
): Promise<(event: Located) => Hashes | null> {
  if (reader.scope.kind !== "all" || events.length === 0) return () => null;
  const rows = await reader.rows({
    name: "record_hashes",
    sql: () => SQL,
    params: {
      topics: events.map((event) => event.topic),
      partitions: events.map((event) => event.partition),
      offsets: events.map((event) => event.offset),
    },
    row: Row,
  });
  // A replay's epoch stands later in the list and wins.
  const found = new Map(rows.map((row) => [placeOf(row), row]));
  return (event) => found.get(placeOf(event)) ?? null;
}

function placeOf(at: Located): string {
  return [at.partition, at.offset, at.element, at.append_time, at.topic].join(":");
}
