import { bucketsInTurns } from "#jobs/buckets-in-turns.ts";
import { newestBlocks } from "#jobs/rollups/dirty.ts";
import { countUnpriced, suspectBuckets, type UnpricedGroup } from "#jobs/unpriced/count-unpriced.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** What is known of a table partition of the events, all of it up to and with a block. */
interface Known {
  readonly block: bigint;
  /** Only buckets with something unpriced in them. */
  readonly buckets: ReadonlyMap<string, readonly UnpricedGroup[]>;
}

/** Rows and buckets that one statement counts over: it must end within a request's time. */
const TURN = { rowsMax: 1_000_000, bucketsMax: 500 };

/**
 * Everything that is unpriced now, exactly, at the price of what is new: a look reads the blocks that came since the last
 * one and counts anew the buckets that they touch. What it knows lies in memory and can be lost: the first look of a
 * process reads the status of every event once.
 */
export function watchUnpriced(clickhouse: Pick<ClickHouse, "query">): {
  look(signal: AbortSignal): Promise<readonly UnpricedGroup[]>;
} {
  const known = new Map<string, Known>();
  return {
    look: async (signal) => {
      const newest = await newestBlocks(clickhouse);
      for (const gone of [...known.keys()].filter((name) => !newest.has(name))) known.delete(gone);
      for (const [tablePartition, block] of newest) {
        const before = known.get(tablePartition);
        if (before?.block === block) continue;
        // A number below the noted one: the month was dropped or restored, and nothing of it is known.
        const held = before !== undefined && before.block < block ? before : null;
        known.set(tablePartition, await lookAt(clickhouse, { tablePartition, block, held }, signal));
      }
      return [...known.values()].flatMap(({ buckets }) => [...buckets.values()].flat());
    },
  };
}

async function lookAt(
  clickhouse: Pick<ClickHouse, "query">,
  { tablePartition, block, held }: { tablePartition: string; block: bigint; held: Known | null },
  signal: AbortSignal,
): Promise<Known> {
  const suspects = await suspectBuckets(clickhouse, tablePartition, held?.block ?? -1n, signal);
  // Also where the new rows have a price: they may stand in the place of one that had none.
  const chosen = suspects.filter(({ bucket, unpriced }) => unpriced > 0 || held?.buckets.has(bucket));
  const buckets = new Map(held?.buckets);
  for (const some of bucketsInTurns(chosen, TURN)) {
    signal.throwIfAborted();
    const groups = Map.groupBy(await countUnpriced(clickhouse, some, signal), ({ bucket }) => bucket);
    for (const bucket of some) {
      const found = groups.get(bucket);
      if (found === undefined) buckets.delete(bucket);
      else buckets.set(bucket, found);
    }
  }
  return { block, buckets };
}
