import { z } from "zod";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

export const CONFLICT_STATES = ["found", "reversed", "replaced", "reinstated"] as const;

const Copy = z.object({
  event_id: z.string(),
  bucket: z.string(),
  gateway_team: Known,
  model: Known,
  session_id: Known,
  epoch: Whole,
  topic: z.string(),
  partition: z.int(),
  offset: Whole,
  element: z.int(),
  append_time: Moment,
  team: Known,
  cost_usd: z.string().nullable(),
});
export type ConflictCopy = z.infer<typeof Copy>;

const ConflictRow = z.object({
  event_id: z.string(),
  what: z.string(),
  kind: z.string(),
  state: z.enum(CONFLICT_STATES),
  differs: z.array(z.string()),
  found_at: Moment,
  changed_at: Moment,
  place: z.string(),
  stands: Copy,
  lost: Copy,
});
export type ConflictRow = z.infer<typeof ConflictRow>;

const CountRow = z.object({ state: z.enum(CONFLICT_STATES), conflicts: Whole });

interface Filter {
  readonly from: string;
  readonly to: string;
  readonly states: readonly string[] | undefined;
}

/** How many conflicts of a range are in each state, whatever states are listed. */
export function conflictCountsQuery({ from, to }: Filter): ViewQuery<typeof CountRow> {
  return {
    name: "conflict_counts",
    sql: () => `SELECT toString(state) AS state, count() AS conflicts
FROM ${VIEW} GROUP BY state ORDER BY state`,
    params: { from: from.replace("Z", ""), to: to.replace("Z", "") },
    row: CountRow,
  };
}

/** Conflicts in the order in which they were found, newest first. */
export function conflictsQuery(
  filter: Filter & {
    readonly after: { readonly foundAt: string; readonly place: string } | null;
    readonly rowsMax: number;
  },
): ViewQuery<typeof ConflictRow> {
  const { from, to, states, after, rowsMax } = filter;
  return {
    name: "conflicts",
    sql: () =>
      [
        SELECT,
        `FROM ${VIEW} AS conflicts`,
        "WHERE true",
        ...(states === undefined ? [] : ["AND conflicts.state IN {filter_state:Array(String)}"]),
        ...(after === null ? [] : [AFTER]),
        `ORDER BY conflicts.found_at DESC, ${PLACE} DESC`,
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      ...{ from: from.replace("Z", ""), to: to.replace("Z", ""), rows_max: rowsMax },
      ...(states === undefined ? {} : { filter_state: states }),
      ...(after === null ? {} : { after_found: after.foundAt.replace("Z", ""), after_place: after.place }),
    },
    row: ConflictRow,
  };
}

const VIEW = "all_conflicts(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})";

/** One round finds many in the same millisecond: a hash of what tells them apart orders those. */
const PLACE = `sipHash64(event_id, lost_event_id, lost_bucket, lost_gateway_team, lost_model, lost_session_id, lost_epoch,
  lost_topic, lost_partition, lost_offset, lost_element, lost_append_time)`;
const AFTER = `AND (conflicts.found_at < {after_found:DateTime64(3, 'UTC')}
  OR (conflicts.found_at = {after_found:DateTime64(3, 'UTC')} AND ${PLACE} < {after_place:UInt64}))`;

const copyOf = (side: "stands" | "lost") => `CAST((
    ${side}_event_id, toString(${side}_bucket), ${side}_gateway_team, ${side}_model, ${side}_session_id, ${side}_epoch,
    ${side}_topic, ${side}_partition, toString(${side}_offset), ${side}_element, ${side}_append_time, ${side}_team,
    toString(${side}_cost_usd)),
    'Tuple(event_id String, bucket String, gateway_team String, model String, session_id String, epoch UInt32,
     topic String, partition UInt32, offset String, element UInt32, append_time DateTime64(3, \\'UTC\\'), team String,
     cost_usd Nullable(String))') AS ${side}`;
const SELECT = `SELECT event_id, toString(what) AS what, toString(kind) AS kind, toString(conflicts.state) AS state, differs,
  conflicts.found_at AS found_at, changed_at, toString(${PLACE}) AS place,
  ${copyOf("stands")},
  ${copyOf("lost")}`;
