import { z } from "zod";
import { bucketsInTurns } from "#jobs/buckets-in-turns.ts";
import { countRows, dirtyBuckets, newestBlocks, rolledUpBuckets } from "#jobs/rollups/dirty.ts";
import { noteMarks, readMarks } from "#jobs/rollups/marks.ts";
import { type Position, positionNow, positionNumber } from "#jobs/rollups/position.ts";
import { recompute } from "#jobs/rollups/recompute.ts";
import type { Rollup } from "#jobs/rollups/rollup.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export type RollupStore = Pick<ClickHouse, "query" | "insert" | "command">;

export interface Round {
  /** How many were recomputed. */
  readonly buckets: number;
  readonly dataUntil: string | null;
  /** Each statement that recomputed: how many rows of the events lie in its buckets, and how long it took. */
  readonly turns: readonly { readonly rows: number; readonly ms: number }[];
}

/** New rows and buckets that one statement recomputes: it must end within a request's time. */
const TURN = { rowsMax: 1_000_000, bucketsMax: 48 };

/**
 * Recomputes what has new rows since the last round that ended well. Every step can be repeated, also by two at once:
 * a bucket's row that has seen more wins, and marks only go up.
 */
export async function rollUp(
  { clickhouse, clock }: { readonly clickhouse: RollupStore; readonly clock: () => Date },
  rollup: Rollup,
  signal: AbortSignal,
): Promise<Round> {
  const noted = await readMarks(clickhouse, rollup);
  // Before the blocks: a batch's row comes after its events, so all events up to this time are in them.
  const dataUntil = await readDataUntil(clickhouse);
  const newest = await newestBlocks(clickhouse);
  const moved = new Map<string, Position>();
  const turns: { rows: number; ms: number }[] = [];
  let buckets = 0;
  for (const tablePartition of new Set([...newest.keys(), ...noted.positions.keys()])) {
    const before = noted.positions.get(tablePartition);
    const now = positionNow(newest.get(tablePartition) ?? 0n, before);
    if (before !== undefined && positionNumber(now) === positionNumber(before)) continue;
    moved.set(tablePartition, now);
    const above = before?.numbering === now.numbering ? before.block : -1n;
    const dirty = [
      ...(await dirtyBuckets(clickhouse, tablePartition, above, signal)),
      // Nothing noted, or nothing that still holds: what is there may speak of rows that are gone.
      ...(above < 0n ? await rolledUpBuckets(clickhouse, rollup, tablePartition) : []),
    ];
    for (const some of bucketsInTurns(dirty, TURN)) {
      signal.throwIfAborted();
      const rows = await countRows(clickhouse, some);
      const beganMs = performance.now();
      await recompute(clickhouse, rollup, { buckets: some, position: positionNumber(now), now: clock() });
      turns.push({ rows, ms: performance.now() - beganMs });
      buckets += some.length;
    }
  }
  signal.throwIfAborted();
  if (moved.size > 0 || dataUntil !== noted.dataUntil)
    await noteMarks(clickhouse, rollup, { positions: moved, dataUntil }, clock());
  return { buckets, dataUntil, turns };
}

async function readDataUntil(clickhouse: Pick<ClickHouse, "query">): Promise<string | null> {
  const [row] = await clickhouse.query({
    name: "rollup_data_until",
    sql: "SELECT if(count() = 0, NULL, toString(max(last_append_time))) AS data_until FROM batches_v1",
    row: z.object({ data_until: z.string().nullable() }),
  });
  return row?.data_until ?? null;
}
