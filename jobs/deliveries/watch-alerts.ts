import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** What another leader writes with its own clock is not missed while the clocks are no further apart than this. */
const OVERLAP_MS = 120_000;

/** Watches for alerts that were written, by a query that reads a few granules and no alert. */
export function watchAlerts(clickhouse: Pick<ClickHouse, "query">, clock: () => Date, signal: AbortSignal) {
  let sinceMs = clock().getTime() - OVERLAP_MS;
  let seen: string | null = null;
  return {
    /** From when on alerts are to be read; null: nothing was written since it was asked last. */
    changed: async (): Promise<string | null> => {
      const nowMs = clock().getTime();
      // The window stands still for a while, so that the same rows have the same print.
      if (nowMs - sinceMs >= 2 * OVERLAP_MS) {
        sinceMs = nowMs - OVERLAP_MS;
        seen = null;
      }
      const since = new Date(sinceMs).toISOString();
      const [row] = await clickhouse.query({
        name: "alerts_changed",
        sql: `SELECT toString(sum(cityHash64(alert_id, episode, revision))) AS print FROM alerts_v1
              WHERE changed_at >= {since:DateTime64(3, 'UTC')} AND notEmpty(receivers)`,
        params: { since: since.replace("Z", "") },
        row: z.object({ print: z.string() }),
        signal,
      });
      const print = row?.print ?? "";
      if (print === seen) return null;
      seen = print;
      return since;
    },
  };
}
