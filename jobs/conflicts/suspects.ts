import { z } from "zod";
import { SETTLEMENT_FLOOR } from "#core/settlement-epoch.ts";
import type { Part } from "#jobs/conflicts/blocks.ts";
import type { WatchedTable } from "#jobs/conflicts/new-parts.ts";
import { indexIdSql } from "#jobs/conflicts/statements.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Rows of a table that are read together: several small parts, or a slice of a large one. */
export interface Slice {
  readonly parts: readonly string[];
  readonly fromRow: number;
  readonly toRow: number;
}

/** So many rows are indexed within a second or two, and their ids fit into the memory of one query many times over. */
const SLICE_ROWS = 1_000_000;

/** The rows of some parts in portions; a query's time and memory then do not depend on how long nobody looked. */
export function slicesOf(parts: readonly Part[]): readonly Slice[] {
  const slices: Slice[] = [];
  let names: string[] = [];
  let held = 0;
  for (const { name, rows } of parts) {
    if (rows > SLICE_ROWS) {
      for (let from = 0; from < rows; from += SLICE_ROWS)
        slices.push({ parts: [name], fromRow: from, toRow: from + SLICE_ROWS });
      continue;
    }
    if (held + rows > SLICE_ROWS) {
      slices.push({ parts: names, fromRow: 0, toRow: SLICE_ROWS });
      [names, held] = [[], 0];
    }
    names.push(name);
    held += rows;
  }
  return held > 0 ? [...slices, { parts: names, fromRow: 0, toRow: SLICE_ROWS }] : slices;
}

const IN_SLICE =
  "_part IN {parts:Array(String)} AND _part_offset >= {from_row:UInt64} AND _part_offset < {to_row:UInt64}";
/** Events of a record, each with its mark; a record of before there were marks has none. */
const STATED = `FROM records_v1
  ARRAY JOIN event_ids AS event, event_buckets AS at, event_keys AS key_of, event_contents AS content_of
  WHERE ${IN_SLICE} AND length(event_ids) = length(event_keys)`;
const CALL = "if(kind = 'part', part_of, toString(event_id))";

const paramsOf = (slice: Slice) => ({
  parts: slice.parts,
  from_row: slice.fromRow,
  to_row: slice.toRow,
});

/**
 * Puts what a slice states into the index. Doing it again adds entries that fold away. A correction in a bucket of its
 * own is an entry too, so that whoever looks for the event's rows finds it; a settlement lies where its belief lies.
 */
export async function indexSlice(
  clickhouse: Pick<ClickHouse, "command">,
  table: WatchedTable,
  slice: Slice,
): Promise<void> {
  const columns = "id, bucket, key, content, topic, partition, offset, element";
  const select =
    table === "records_v1"
      ? `SELECT ${indexIdSql("event")}, at, key_of, content_of, topic, partition, offset, element ${STATED}`
      : `SELECT ${indexIdSql(CALL)}, bucket, 0, 0, '', 0, 0, 0 FROM events_v1
         WHERE ${IN_SLICE} AND epoch > 0 AND epoch < ${SETTLEMENT_FLOOR}`;
  await clickhouse.command(`INSERT INTO identity_index_v1 (${columns}) ${select}`, {
    name: "conflict_index",
    params: paramsOf(slice),
  });
}

const Suspect = z.object({ suspect: z.string() });

/**
 * The events of a slice that need a look, a page of them in order: those of which the index has two different
 * statements, and those that were corrected or settled.
 */
export async function readSuspects(
  clickhouse: Pick<ClickHouse, "query">,
  table: WatchedTable,
  slice: Slice,
  page: { readonly after: string; readonly rowsMax: number; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const rows = await clickhouse.query({
    name: `conflict_suspects_${table}`,
    sql: table === "records_v1" ? STATED_TWICE : CORRECTED,
    params: { ...paramsOf(slice), after: page.after, rows_max: page.rowsMax },
    row: Suspect,
    signal: page.signal,
  });
  return rows.map(({ suspect }) => suspect);
}

const STATED_TWICE = `SELECT DISTINCT toString(event) AS suspect ${STATED}
  AND suspect > {after:String} AND ${indexIdSql("event")} IN (
    SELECT id FROM identity_index_v1 WHERE id IN (SELECT ${indexIdSql("event")} ${STATED})
    GROUP BY id HAVING uniqExact(bucket, key, content) > 1
  )
  ORDER BY suspect LIMIT {rows_max:UInt32}`;

const CORRECTED = `SELECT DISTINCT ${CALL} AS suspect FROM events_v1
  WHERE ${IN_SLICE} AND epoch > 0 AND suspect > {after:String}
  ORDER BY suspect LIMIT {rows_max:UInt32}`;
