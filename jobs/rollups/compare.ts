import { z } from "zod";
import { type Difference, differences } from "#jobs/rollups/differences.ts";
import { newestBlocks } from "#jobs/rollups/dirty.ts";
import { readMarks } from "#jobs/rollups/marks.ts";
import type { RollupMeasures } from "#jobs/rollups/measures.ts";
import { positionNow, positionNumber } from "#jobs/rollups/position.ts";
import { recompute } from "#jobs/rollups/recompute.ts";
import type { Rollup } from "#jobs/rollups/rollup.ts";
import type { RollupStore } from "#jobs/rollups/round.ts";
import type { Log } from "#runtime/log.ts";

export interface CompareDeps {
  readonly clickhouse: RollupStore;
  readonly measures: RollupMeasures;
  readonly log: Pick<Log, "error">;
  readonly clock: () => Date;
}

const StandRow = z.object({
  table_partition: z.string(),
  block: z.coerce.bigint(),
  version: z.coerce.bigint(),
});

/**
 * Compares buckets of a rollup with the calls, tells what differs, and recomputes it. A bucket that is only behind (it
 * has rows above the mark, so the next round recomputes it) is no difference.
 */
export async function compare(
  deps: CompareDeps,
  rollup: Rollup,
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<readonly Difference[]> {
  const { clickhouse, measures, log, clock } = deps;
  // First: what is noted now is in the rollup from now on.
  const noted = await readMarks(clickhouse, rollup);
  const found = await differences(clickhouse, rollup, buckets, signal);
  const real: Difference[] = [];
  for (const difference of found) {
    signal.throwIfAborted();
    // After: if no row is above the mark now, none was when the two were compared.
    const stands = await standOf(clickhouse, rollup, difference.bucket);
    const mark = noted.positions.get(stands.table_partition);
    if (mark === undefined || stands.block > mark.block) continue;
    real.push(difference);
    log.error(
      { rollup: rollup.name, ...difference },
      "a rollup differed from the events; its bucket is recomputed",
    );
    const newest = (await newestBlocks(clickhouse)).get(stands.table_partition) ?? 0n;
    const seen = positionNumber(positionNow(newest, mark));
    // A wrong row may claim to have seen more than there is; of two that claim the same the later one stands.
    const position = stands.version > seen ? stands.version : seen;
    await recompute(clickhouse, rollup, { buckets: [difference.bucket], position, now: clock() });
  }
  measures.compared(rollup.name, {
    buckets: buckets.length,
    differing: real.length,
    calls: real.reduce((sum, { calls }) => sum + calls, 0),
    costUsd: real.reduce((sum, { cost_usd }) => sum + Number(cost_usd), 0),
  });
  return real;
}

/** The newest block of a bucket's rows, counted or not, and what its rollup claims to have seen; 0 for none. */
async function standOf(clickhouse: Pick<RollupStore, "query">, { table }: Rollup, bucket: string) {
  const [row] = await clickhouse.query({
    name: "rollup_stand",
    sql: `SELECT toString(toYYYYMM({bucket:DateTime('UTC')})) AS table_partition,
            (SELECT max(_block_number) FROM events_v1 WHERE bucket = {bucket:DateTime('UTC')}) AS block,
            (SELECT max(version) FROM ${table} WHERE bucket = {bucket:DateTime('UTC')}) AS version`,
    params: { bucket },
    row: StandRow,
  });
  if (row === undefined) throw new Error("a question for one row was answered with none");
  return row;
}
