import { z } from "zod";
import type { AlertFinding } from "#core/alert.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);
const Row = z.object({ conflict: z.string(), event_id: z.string(), first_found: Moment, last_found: Moment });

/** Kinds of conflicts of which some are listed and not reversed. */
export async function findConflicts(
  clickhouse: Pick<ClickHouse, "query">,
  signal: AbortSignal,
): Promise<readonly AlertFinding[]> {
  const rows = await clickhouse.query({
    name: "conflicts_alerting",
    sql: `SELECT toString(kind) AS conflict, argMin(event_id, (found_at, event_id)) AS event_id,
            min(found_at) AS first_found, max(found_at) AS last_found
          FROM conflicts_v1 FINAL WHERE state = 'found' GROUP BY kind`,
    row: Row,
    signal,
  });
  return rows.map(({ conflict, event_id, first_found: firstSeen, last_found: lastSeen }) => ({
    labels: { conflict },
    details: { first_event: event_id },
    ...{ firstSeen, lastSeen },
  }));
}
