import { createHash } from "node:crypto";
import { z } from "zod";
import { type Position, positionNumber, readPosition } from "#jobs/rollups/position.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const MarkRow = z.object({
  table_partition: z.string(),
  position: z.coerce.bigint(),
  data_until: z.string().nullable(),
});

/** What is in a rollup for certain. */
export interface Marks {
  readonly positions: ReadonlyMap<string, Position>;
  readonly dataUntil: string | null;
}

/** Times are texts of the store that sort: `2026-11-01 00:00:00.000`. */
export async function readMarks(
  clickhouse: Pick<ClickHouse, "query">,
  { name }: { readonly name: string },
): Promise<Marks> {
  const rows = await clickhouse.query({
    name: "rollup_marks",
    sql: `SELECT table_partition, max(position) AS position, toString(max(data_until)) AS data_until
          FROM rollup_marks_v1 WHERE rollup_name = {rollup:String} GROUP BY table_partition`,
    params: { rollup: name },
    row: MarkRow,
  });
  const placed = rows.filter(({ table_partition }) => table_partition !== "");
  return {
    positions: new Map(placed.map((row) => [row.table_partition, readPosition(row.position)])),
    dataUntil: rows.map((row) => row.data_until).reduce(later, null),
  };
}

/** Notes how far a round has come. The last step of it, so that whatever fails before is done again. */
export async function noteMarks(
  clickhouse: Pick<ClickHouse, "insert">,
  { name }: { readonly name: string },
  { positions, dataUntil }: Marks,
  now: Date,
): Promise<void> {
  const noted = { rollup_name: name, data_until: dataUntil, noted_at: now.toISOString() };
  const rows = [...positions].map(([tablePartition, position]) => ({
    ...noted,
    table_partition: tablePartition,
    position: positionNumber(position),
  }));
  // Also where nothing is new, since a batch of nothing but rejects moves the time on.
  rows.push({ ...noted, table_partition: "", position: 0n });
  await clickhouse.insert({
    table: "rollup_marks_v1",
    columns: ["rollup_name", "table_partition", "position", "data_until", "noted_at"],
    rows,
    token: createHash("sha256")
      .update(rows.map((row) => Object.values(row).join()).join())
      .digest("hex"),
  });
}

function later(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other > one) ? other : one;
}
