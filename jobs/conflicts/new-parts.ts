import { createHash } from "node:crypto";
import { z } from "zod";
import { type Blocks, isLookedAt, joinLooked, type Part, readPartName } from "#jobs/conflicts/blocks.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Where new rows are looked for. */
export type WatchedTable = "records_v1" | "events_v1";

const PartRow = z.object({ name: z.string(), rows: z.coerce.number() });
const Whole = z.coerce.bigint();
const LookedRow = z.object({
  table_partition: z.string(),
  blocks: z.array(z.object({ first: Whole, last: Whole })),
});

/**
 * What of a table was not looked at yet. Not a question of time: the store numbers what it takes in, and a part's name
 * says which numbers are in it. So a row that was written late, by a clock that is behind or by an ingester that
 * repeats an hour-old batch is as new as any other, and a part that has merged with one not looked at is looked at
 * again. Listing the parts reads no row (the count of rows is kept for each part).
 */
export async function newParts(
  clickhouse: Pick<ClickHouse, "query">,
  table: WatchedTable,
): Promise<readonly Part[]> {
  const [parts, looked] = [await listParts(clickhouse, table), await readLooked(clickhouse, table)];
  return parts.filter((part) => !isLookedAt(part, looked.get(part.tablePartition) ?? []));
}

/**
 * Notes parts as looked at, those that are still there: a part that has merged meanwhile may not have been read.
 * Whoever is broken off before this, or loses against another who notes at the same time, only looks again.
 */
export async function noteLooked(
  clickhouse: Pick<ClickHouse, "query" | "insert">,
  table: WatchedTable,
  parts: readonly Part[],
  now: Date,
): Promise<void> {
  if (parts.length === 0) return;
  const present = await listParts(clickhouse, table);
  const read = new Set(parts.map(({ name }) => name));
  const looked = await readLooked(clickhouse, table);
  const rows = [...Map.groupBy(present, (part) => part.tablePartition)].map(([tablePartition, here]) => {
    const before = looked.get(tablePartition) ?? [];
    const blocks = joinLooked(here, (part) => read.has(part.name) || isLookedAt(part, before));
    return { looked_in: table, table_partition: tablePartition, blocks: blocks.map(asRow) };
  });
  const noted = rows.map((row) => ({ ...row, noted_at: now.toISOString() }));
  await clickhouse.insert({
    table: "conflict_scans_v1",
    columns: ["looked_in", "table_partition", "blocks", "noted_at"],
    rows: noted,
    token: `scans-${createHash("sha256").update(JSON.stringify(noted)).digest("hex")}`,
  });
}

function asRow({ first, last }: Blocks) {
  return { first: String(first), last: String(last) };
}

async function listParts(
  clickhouse: Pick<ClickHouse, "query">,
  table: WatchedTable,
): Promise<readonly Part[]> {
  const rows = await clickhouse.query({
    name: "conflict_parts",
    sql: `SELECT _part AS name, count() AS rows FROM ${table} GROUP BY _part`,
    row: PartRow,
  });
  return rows.map(({ name, rows: held }) => {
    const part = readPartName(name, held);
    if (part === null) throw new Error(`a part of ${table} has an unknown kind of name: ${name}`);
    return part;
  });
}

async function readLooked(
  clickhouse: Pick<ClickHouse, "query">,
  table: WatchedTable,
): Promise<ReadonlyMap<string, readonly Blocks[]>> {
  const rows = await clickhouse.query({
    name: "conflict_looked",
    sql: `SELECT table_partition, blocks FROM conflict_scans_v1 FINAL WHERE looked_in = {table:String}`,
    params: { table },
    row: LookedRow,
  });
  return new Map(rows.map(({ table_partition, blocks }) => [table_partition, blocks]));
}
