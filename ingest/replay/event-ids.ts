import { z } from "zod";
import type { Partition, StoredRecord } from "#ingest/replay/stored-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const IdsRow = z.object({
  offset: z.coerce.bigint(),
  append_ms: z.coerce.number(),
  element: z.number(),
  ids: z.array(z.string()),
});

/** A position within a partition as a key. */
export function placeOf(at: Pick<StoredRecord, "offset" | "append_ms" | "element">): string {
  return `${at.offset}/${at.append_ms}/${at.element}`;
}

/**
 * All events that records were ever believed to give. A run that was given up may have left a record that speaks of its
 * new events while the old ones still stand; whoever corrects it next must know of both.
 */
export async function readEventIds(
  clickhouse: Pick<ClickHouse, "query">,
  at: Partition,
  records: readonly StoredRecord[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (records.length === 0) return new Map();
  const rows = await clickhouse.query({
    name: "replay_event_ids",
    sql: `SELECT offset, toUnixTimestamp64Milli(append_time) AS append_ms, element,
                 groupUniqArrayArray(event_ids) AS ids
          FROM records_v1
          WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset IN {offsets:Array(UInt64)}
          GROUP BY offset, append_ms, element`,
    params: {
      topic: at.topic,
      partition: at.partition,
      offsets: [...new Set(records.map(({ offset }) => offset))],
    },
    row: IdsRow,
  });
  return new Map(rows.map((row) => [placeOf(row), row.ids]));
}
