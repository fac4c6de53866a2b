import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Receivers that answered that they are gone, with the newest version of their setting that did. */
export async function readGone(
  clickhouse: Pick<ClickHouse, "query">,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const rows = await clickhouse.query({
    name: "receivers_gone",
    sql: `SELECT receiver, max(receiver_version) AS version FROM deliveries_v1 FINAL
          WHERE code IN ('RECEIVER_GONE', 'RECEIVER_DISABLED') GROUP BY receiver`,
    row: z.object({ receiver: z.string(), version: z.int() }),
    signal,
  });
  return new Map(rows.map(({ receiver, version }) => [receiver, version]));
}

/** How many notifications were given up and not sent since. */
export async function countDead(clickhouse: Pick<ClickHouse, "query">, signal: AbortSignal): Promise<number> {
  const [row] = await clickhouse.query({
    name: "deliveries_dead",
    sql: "SELECT count() AS count FROM deliveries_v1 FINAL WHERE state = 'dead'",
    row: z.object({ count: z.coerce.number() }),
    signal,
  });
  return row?.count ?? 0;
}
