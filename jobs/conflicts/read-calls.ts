import { z } from "zod";
import { indexId, readStatements, type Statement } from "#jobs/conflicts/statements.ts";
import { StoredRow } from "#jobs/conflicts/stored-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** One call (or request, or audit event) with its parts: every row of it, and what records state of it. */
export interface StoredCall {
  readonly callId: string;
  readonly rows: readonly StoredRow[];
  /** Of the call itself and of those of its parts that were asked for. */
  readonly statements: readonly Statement[];
}

/** Reads some events whole, in the buckets where the index says that they are. A part is read with its call. */
export async function readCalls(
  clickhouse: Pick<ClickHouse, "query">,
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly StoredCall[]> {
  const stated = await readStatements(clickhouse, eventIds, signal);
  const ofParts = await callsOfParts(clickhouse, eventIds, bucketsOf(stated), signal);
  const calls = [...new Set(eventIds.map((id) => ofParts.get(id) ?? id))];
  const further = calls.filter((id) => !eventIds.includes(id));
  const statements = [...stated, ...(await readStatements(clickhouse, further, signal))];
  const rows = await readRows(clickhouse, calls, bucketsOf(statements), signal);
  const rowsOf = Map.groupBy(rows, (row) => row.callId);
  const statementsOf = Map.groupBy(statements, ({ id }) => id);
  const askedOf = Map.groupBy(eventIds, (id) => ofParts.get(id) ?? id);
  return calls.map((callId) => {
    const events = new Set([callId, ...(askedOf.get(callId) ?? [])].map(indexId));
    const ofCall = [...events].flatMap((id) => statementsOf.get(id) ?? []);
    return { callId, rows: rowsOf.get(callId) ?? [], statements: ofCall };
  });
}

function bucketsOf(statements: readonly Statement[]): readonly string[] {
  return [...new Set(statements.map(({ bucket }) => bucket))];
}

const PartRow = z.object({ event: z.string(), call: z.string() });

async function callsOfParts(
  clickhouse: Pick<ClickHouse, "query">,
  ids: readonly string[],
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const rows = await clickhouse.query({
    name: "conflict_parts_of",
    sql: `SELECT DISTINCT toString(event_id) AS event, part_of AS call FROM events_v1
          WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND event_id IN {ids:Array(String)} AND kind = 'part'`,
    params: { buckets, ids },
    row: PartRow,
    signal,
  });
  return new Map(rows.map(({ event, call }) => [event, call]));
}

/**
 * The rows as FINAL would give them, without it: FINAL would read every column of whole buckets, where the index on
 * event_id leaves a few granules. Of rows with one key the largest version stays, of equal ones the last written.
 */
async function readRows(
  clickhouse: Pick<ClickHouse, "query">,
  ids: readonly string[],
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<readonly StoredRow[]> {
  const found = (condition: string) =>
    `SELECT * FROM events_v1 WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND ${condition}`;
  return clickhouse.query({
    name: "conflict_rows",
    sql: `SELECT * FROM (
            ${found("event_id IN {ids:Array(String)}")} UNION ALL ${found("kind = 'part' AND part_of IN {ids:Array(String)}")}
          )
          ORDER BY version DESC, ingested_at DESC
          LIMIT 1 BY bucket, gateway_team, model, session_id, event_id, epoch, sign`,
    params: { buckets, ids },
    row: StoredRow,
    signal,
  });
}
