import { createHash } from "node:crypto";
import { z } from "zod";
import { leafHash } from "#core/leaf.ts";
import { merkleRoot } from "#core/merkle.ts";
import { type BatchRow, batchFinder, batchKey } from "#jobs/backup/batch-ranges.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const RecordRow = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  element: z.int(),
  append_time: z.string(),
  append_ms: z.coerce.number(),
  ingested_at: z.string(),
  stored: z.string(),
  received_sha256: z.string(),
  stored_sha256: z.string(),
  rows_sha256: z.string(),
  leaf: z.string(),
});

/**
 * Builds the tree of each batch anew from the restored rows: the stored bytes are hashed, the leaf is made of position
 * and hashes, the root of the leaves. Gives a sentence for each batch whose root is another one.
 */
export async function rootFaults(
  clickhouse: ClickHouse,
  batches: ReadonlyMap<string, BatchRow>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [place, list] of byPartition(batches)) {
    const find = batchFinder(list);
    const leaves = new Map<string, string[]>(list.map((batch) => [batchKey(batch), []]));
    for await (const row of streamLeaves(clickhouse, place)) {
      const batch = find(row);
      if (batch === undefined) continue;
      leaves.get(batchKey(batch))?.push(leafOf(row));
    }
    for (const batch of list) {
      const { topic, partition, first_offset, last_offset, root } = batch;
      if (merkleRoot(leaves.get(batchKey(batch)) ?? []) !== root)
        faults.push(`- batch ${topic}/${partition} ${first_offset}-${last_offset} has another root`);
    }
  }
  return faults;
}

function streamLeaves(clickhouse: ClickHouse, { topic, partition }: { topic: string; partition: number }) {
  return clickhouse.stream({
    name: "restore_leaves",
    sql: `SELECT topic, partition, offset, element, append_time, toUnixTimestamp64Milli(append_time) AS append_ms,
                 ingested_at, stored, received_sha256, stored_sha256, rows_sha256, leaf
          FROM records_v1 FINAL
          WHERE topic = {topic:String} AND partition = {partition:UInt32} AND epoch = 0
          ORDER BY topic, partition, offset, append_time, element`,
    params: { topic, partition },
    row: RecordRow,
  });
}

/** Of what stands in the row now; a row whose own columns do not agree gets a leaf that fits no root. */
function leafOf(row: z.output<typeof RecordRow>): string {
  const { topic, partition, element } = row;
  const position = { topic, partition, offset: BigInt(row.offset), appendTimeMs: row.append_ms, element };
  return leafHash(position, {
    receivedSha256: row.received_sha256,
    storedSha256: createHash("sha256").update(row.stored).digest("hex"),
    rowsSha256: row.rows_sha256,
  });
}

function byPartition(batches: ReadonlyMap<string, BatchRow>) {
  const places = new Map<string, { place: { topic: string; partition: number }; list: BatchRow[] }>();
  for (const batch of batches.values()) {
    const { topic, partition } = batch;
    const one = places.get(`${topic}/${partition}`) ?? { place: { topic, partition }, list: [] };
    one.list.push(batch);
    places.set(`${topic}/${partition}`, one);
  }
  return [...places.values()].map(({ place, list }) => [place, list] as const);
}
