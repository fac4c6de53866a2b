import type { OtherContent } from "#jobs/conflicts/contents.ts";
import { differingColumns } from "#jobs/conflicts/differences.ts";
import { type ConflictKind, kindOf } from "#jobs/conflicts/kinds.ts";
import type { Lost } from "#jobs/conflicts/settle.ts";
import type { StoredRow } from "#jobs/conflicts/stored-row.ts";
import type { ColumnValue, Row } from "#runtime/clickhouse/write-rows.ts";

export type ConflictState = "found" | "reversed" | "replaced" | "reinstated";

/** What tells the copies of an event apart, in the order of the table's key. */
export const LOST_KEY = [
  ...["event_id", "lost_event_id", "lost_bucket", "lost_gateway_team", "lost_model", "lost_session_id"],
  ...["lost_epoch", "lost_topic", "lost_partition", "lost_offset", "lost_element", "lost_append_time"],
] as const;

const SIDE = [
  "bucket",
  "gateway_team",
  "model",
  "session_id",
  "epoch",
  "topic",
  "partition",
  "offset",
] as const;
const SIDE_REST = ["element", "append_time", "team", "cost_usd"] as const;

/** Everything that a row of `conflicts_v1` says but what became of it. */
export interface Conflict {
  readonly id: string;
  readonly kind: ConflictKind;
  readonly columns: Row;
}

/** The identity of a row, as `LOST_KEY` makes it. */
export function conflictId(columns: Row): string {
  return JSON.stringify(LOST_KEY.map((name) => String(columns[name])));
}

/** A belief that must not count. */
export function lostConflict({ belief, stands }: Lost): Conflict {
  const differs = belief.eventId === stands.eventId ? differingColumns(belief, stands) : ["part"];
  return conflict(belief, stands, kindOf(belief, stands), differs, side("lost", belief));
}

/** A record whose row was replaced under one key: what the row said is gone, but for its key. */
export function contentConflict({ statement, appendTime, stands, differs }: OtherContent): Conflict {
  const { topic, partition, offset, element } = statement;
  const lost = {
    ...side("lost", stands),
    ...{ lost_topic: topic, lost_partition: partition, lost_offset: String(offset), lost_element: element },
    ...{ lost_append_time: appendTime, lost_team: "", lost_cost_usd: null },
  };
  return conflict(stands, stands, "other_content", differs, lost);
}

function conflict(
  belief: StoredRow,
  stands: StoredRow,
  kind: ConflictKind,
  differs: readonly string[],
  lost: Row,
): Conflict {
  const columns = {
    event_id: belief.callId,
    lost_event_id: belief.eventId,
    ...lost,
    what: belief.kind,
    kind,
    differs,
    stands_event_id: stands.eventId,
    ...side("stands", stands),
  };
  return { id: conflictId(columns), kind, columns };
}

function side(name: "lost" | "stands", row: StoredRow): Row {
  const columns: Record<string, ColumnValue> = {};
  for (const column of [...SIDE, ...SIDE_REST]) columns[`${name}_${column}`] = row.columns[column] ?? null;
  return columns;
}
