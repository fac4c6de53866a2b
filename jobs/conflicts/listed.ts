import { createHash } from "node:crypto";
import { z } from "zod";
import { type Conflict, type ConflictState, conflictId, LOST_KEY } from "#jobs/conflicts/conflict-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

const ListedRow = z
  .looseObject({
    event_id: z.string(),
    state: z.enum(["found", "reversed", "replaced", "reinstated"]),
    kind: z.string(),
    stands_bucket: z.string(),
    stands_topic: z.string(),
    stands_partition: z.int(),
    stands_offset: z.union([z.string(), z.number()]).transform(String),
    stands_element: z.int(),
    revision: z.int(),
  })
  .transform((columns) => ({ ...columns, id: conflictId(columns as unknown as Row), columns }));

/** A conflict as it is listed. */
export type Listed = z.infer<typeof ListedRow>;

/** What is listed of some events, by the conflict's id. */
export async function readListed(
  clickhouse: Pick<ClickHouse, "query">,
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Listed>> {
  if (eventIds.length === 0) return new Map();
  const rows = await clickhouse.query({
    name: "conflicts_listed",
    sql: "SELECT * FROM conflicts_v1 FINAL WHERE event_id IN {ids:Array(String)}",
    params: { ids: eventIds },
    row: ListedRow,
    signal,
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** A conflict and what it becomes. */
export interface Change {
  readonly columns: Row;
  readonly state: ConflictState;
  /** As it is listed until now; null: it is new. */
  readonly listed: Listed | null;
}

/** The change that a conflict is, or null where the list says all of it already. */
export function changeOf(
  conflict: Conflict,
  state: ConflictState,
  listed: Listed | undefined,
): Change | null {
  const isSame =
    listed !== undefined &&
    listed.state === state &&
    STANDING.every((name) => String(listed.columns[name]) === String(conflict.columns[name]));
  return isSame ? null : { columns: conflict.columns, state, listed: listed ?? null };
}

const STANDING = [
  "kind",
  "stands_bucket",
  "stands_topic",
  "stands_partition",
  "stands_offset",
  "stands_element",
] as const;

/** Writes changes into the list. The last revision of a conflict is the one that is read; when it was found stays. */
export async function writeList(
  clickhouse: Pick<ClickHouse, "insert">,
  changes: readonly Change[],
  now: Date,
): Promise<void> {
  const at = now.toISOString();
  const rows = changes.map(({ columns, state, listed }): Row => {
    const found = listed?.columns["found_at"];
    const revision = (listed?.revision ?? 0) + 1;
    return { ...columns, state, found_at: String(found ?? at), changed_at: at, revision };
  });
  const [first] = rows;
  if (first === undefined) return;
  // Without the time: two who find the same at once write it once.
  const said = rows.map(({ found_at: _found, changed_at: _changed, ...row }) => row);
  const token = `conflicts-${createHash("sha256").update(JSON.stringify(said)).digest("hex")}`;
  await clickhouse.insert({ table: "conflicts_v1", columns: COLUMNS, rows, token });
}

const COLUMNS = [
  ...LOST_KEY,
  ...["lost_team", "lost_cost_usd", "what", "kind", "differs", "stands_event_id", "stands_bucket"],
  ...["stands_gateway_team", "stands_model", "stands_session_id", "stands_epoch", "stands_topic"],
  ...["stands_partition", "stands_offset", "stands_element", "stands_append_time", "stands_team"],
  ...["stands_cost_usd", "state", "found_at", "changed_at", "revision"],
];
