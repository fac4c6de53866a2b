import { z } from "zod";
import { type PlainRow, type PlainValue, plainRow } from "#core/replay/plain-row.ts";
import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { EVENT_COLUMNS } from "#ingest/columns.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const Value: z.ZodType<PlainValue> = z.any();
const StandingRow = z.record(z.string(), Value);

/**
 * The rows that stand of some events and of the parts of their calls, before an epoch. Under each key the signs add up
 * to 1 where something stands, and that is the belief stated last. Settlements count with the belief that they settle.
 *
 * Most events keep their time, so they are looked for around it first; what is not found there, everywhere.
 */
export async function readStanding(
  clickhouse: Pick<ClickHouse, "query">,
  eventIds: readonly string[],
  epoch: number,
  around: Window | null,
): Promise<readonly PlainRow[]> {
  const rows: PlainRow[] = [];
  for (let at = 0; at < eventIds.length; at += IDS_MAX)
    rows.push(...(await readSome(clickhouse, eventIds.slice(at, at + IDS_MAX), epoch, around)));
  return rows;
}

/** Buckets, the last one within. */
export interface Window {
  readonly fromBucketS: number;
  readonly toBucketS: number;
}

/** Ids travel in the address of a request. */
const IDS_MAX = 1000;

async function readSome(
  clickhouse: Pick<ClickHouse, "query">,
  eventIds: readonly string[],
  epoch: number,
  around: Window | null,
): Promise<readonly PlainRow[]> {
  const rows = await clickhouse.query({
    name: "standing_events",
    sql: `SELECT ${EVENT_COLUMNS.map((name) => `\`${name}\``).join(", ")}
          FROM (
            SELECT *, sum(sign) OVER key AS net, max(if(epoch < 2147483648 AND sign > 0, epoch, 0)) OVER key AS last
            FROM events_v1 FINAL
            WHERE (event_id IN {ids:Array(String)} OR part_of IN {ids:Array(String)})
              AND bucket >= toDateTime({from_bucket:UInt32}, 'UTC') AND bucket <= toDateTime({to_bucket:UInt32}, 'UTC')
              AND ${BELIEF_EPOCH_SQL} < {epoch:UInt32}
            WINDOW key AS (PARTITION BY bucket, gateway_team, model, session_id, event_id)
          )
          WHERE net > 0 AND sign > 0 AND epoch = last
          ORDER BY bucket, gateway_team, model, session_id, event_id`,
    params: {
      ids: eventIds,
      epoch,
      from_bucket: around?.fromBucketS ?? 0,
      to_bucket: around?.toBucketS ?? 2 ** 32 - 1,
    },
    row: StandingRow,
    settings: {
      do_not_merge_across_partitions_select_final: 1,
      use_skip_indexes_if_final: 1,
      use_skip_indexes_if_final_exact_mode: 1,
    },
  });
  return rows.map(plainRow);
}
