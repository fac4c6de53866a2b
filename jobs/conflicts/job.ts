import { z } from "zod";
import type { ConflictMeasures } from "#jobs/conflicts/measures.ts";
import { newParts, noteLooked, type WatchedTable } from "#jobs/conflicts/new-parts.ts";
import { settleEvents } from "#jobs/conflicts/settle-events.ts";
import { indexSlice, readSuspects, type Slice, slicesOf } from "#jobs/conflicts/suspects.ts";
import type { Job } from "#jobs/job.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface ConflictDeps {
  readonly clickhouse: Pick<ClickHouse, "query" | "insert" | "command">;
  readonly measures: ConflictMeasures;
  readonly clock: () => Date;
}

/** A conflict is to be found within a minute of its writing, also when a round takes long or fails once. */
const EVERY_MS = 15_000;
/** Events that are read and settled together. */
const EVENTS_MAX = 500;
const TABLES = ["records_v1", "events_v1"] as const;

/**
 * Finds identities that are written more than once, lists them, and reverses by rows what must not count. A round
 * looks at what was written since the last: records (each states which events it made) and corrections (also its own
 * settlements, so that every reversal is looked at once more after it was written).
 */
export function conflictsJob(deps: ConflictDeps): Job {
  return { name: "conflicts", everyMs: EVERY_MS, run: (signal) => round(deps, signal) };
}

async function round(deps: ConflictDeps, signal: AbortSignal): Promise<void> {
  const { clickhouse, measures, clock } = deps;
  const watched = await Promise.all(
    TABLES.map(async (table) => ({ table, parts: await newParts(clickhouse, table) })),
  );
  const work = watched.flatMap(({ table, parts }) => slicesOf(parts).map((slice) => ({ table, slice })));
  // Everything into the index before anything is looked up: of two copies, whoever looks second sees both.
  for (const { table, slice } of work) {
    signal.throwIfAborted();
    await indexSlice(clickhouse, table, slice);
  }
  for (const { table, slice } of work) await settleSlice(deps, table, slice, signal);
  // Last: a round that fails or is broken off before this is done again in whole.
  for (const { table, parts } of watched) await noteLooked(clickhouse, table, parts, clock());
  measures.unreversed(await countUnreversed(clickhouse));
}

async function settleSlice(
  { clickhouse, measures, clock }: ConflictDeps,
  table: WatchedTable,
  slice: Slice,
  signal: AbortSignal,
): Promise<void> {
  for (let after = ""; ; ) {
    signal.throwIfAborted();
    const suspects = await readSuspects(clickhouse, table, slice, { after, rowsMax: EVENTS_MAX, signal });
    const last = suspects.at(-1);
    if (last === undefined) return;
    await settleEvents({ clickhouse, measures, now: clock }, suspects, signal);
    after = last;
  }
}

async function countUnreversed(clickhouse: Pick<ClickHouse, "query">): Promise<number> {
  const [row] = await clickhouse.query({
    name: "conflicts_unreversed",
    sql: "SELECT count() AS conflicts FROM conflicts_v1 FINAL WHERE state = 'found'",
    row: z.object({ conflicts: z.coerce.number() }),
  });
  return row?.conflicts ?? 0;
}
