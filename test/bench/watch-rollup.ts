import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const LOOK_MS = 100;
const Counts = z.object({ raw: z.coerce.number(), rolled: z.coerce.number() });

/**
 * Looks ten times a second how many calls the raw table and the rollup have; `stop` gives for each call how long after
 * the one the other had it. Without FINAL, so the load must repeat no record.
 */
export function watchRollup(clickhouse: ClickHouse): { stop(): Promise<readonly number[]> } {
  const ending = new AbortController();
  const rawAtMs: { readonly count: number; readonly ms: number }[] = [];
  const waits: number[] = [];
  let covered = 0;
  const loop = async () => {
    while (!ending.signal.aborted) {
      const [now] = await clickhouse.query({
        name: "bench_look",
        sql: `SELECT (SELECT sum(items) FROM cost_5m) AS rolled,
          (SELECT count() FROM events_v1 WHERE kind IN ('response', 'part') AND role = 'ledger') AS raw`,
        row: Counts,
      });
      const ms = performance.now();
      if (now !== undefined) {
        if (covered === 0) covered = now.raw;
        rawAtMs.push({ count: now.raw, ms });
        for (; covered < now.rolled; covered++) {
          while ((rawAtMs[0]?.count ?? Number.POSITIVE_INFINITY) <= covered) rawAtMs.shift();
          waits.push(ms - (rawAtMs[0]?.ms ?? ms));
        }
      }
      await pause(LOOK_MS);
    }
  };
  const looping = loop();
  return {
    stop: async () => {
      ending.abort();
      await looping;
      return waits;
    },
  };
}
