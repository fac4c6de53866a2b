import { z } from "zod";
import { EVENT_COLUMN_LIST, EventColumns } from "#query-api/event-columns.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Moment } from "#query-api/store-types.ts";

export const AUDIT_FILTERS = ["team", "session", "user", "source", "kind"] as const;
export type AuditFilter = (typeof AUDIT_FILTERS)[number];
export const AUDIT_ORDERS = ["newest", "oldest"] as const;
export type AuditOrder = (typeof AUDIT_ORDERS)[number];

const EventKey = z.object({ event_time: Moment, event_id: z.string(), epoch: z.int(), sign: z.int() });
/** What names one belief about one event, and its place in the list. */
export type EventKey = z.infer<typeof EventKey>;

/**
 * The keys of one page of the audit trail: few and narrow columns, so that a long range does not read whole events.
 * Every belief is a row, those that were taken back too: this is the trail, not the bill.
 */
export function auditKeysQuery(values: {
  from: string;
  to: string;
  filters: Readonly<Partial<Record<AuditFilter, readonly string[] | undefined>>>;
  order: AuditOrder;
  after: EventKey | null;
  rowsMax: number;
}): ViewQuery<typeof EventKey> {
  const { from, to, filters, order, after, rowsMax } = values;
  const asked = AUDIT_FILTERS.filter((name) => filters[name] !== undefined);
  return {
    name: "audit_keys",
    sql: (views) =>
      [
        "SELECT event_time, event_id, epoch, sign FROM",
        views.events,
        "WHERE true",
        ...asked.map((name) => FILTER[name]),
        ...(after === null ? [] : [AFTER[order]]),
        ORDER[order],
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      from: from.replace("Z", ""),
      to: to.replace("Z", ""),
      ...Object.fromEntries(asked.map((name) => [`filter_${name}`, filters[name]])),
      ...(after === null ? {} : placeParams(after)),
      rows_max: rowsMax,
    },
    row: EventKey,
  };
}

/** The whole events of one page, in its order. */
export function auditEventsQuery(
  keys: readonly EventKey[],
  order: AuditOrder,
): ViewQuery<typeof EventColumns> {
  const times = keys.map((key) => Date.parse(key.event_time));
  return {
    name: "audit_events",
    sql: (views) => [SELECT, views.events, BY_KEY, ORDER[order]].join("\n"),
    params: {
      from: new Date(Math.min(...times)).toISOString().replace("Z", ""),
      to: new Date(Math.max(...times) + 1).toISOString().replace("Z", ""),
      keys: keys.map((key) => `${key.event_id}:${key.epoch}:${key.sign}`),
    },
    row: EventColumns,
  };
}

const FILTER: Readonly<Record<AuditFilter, string>> = {
  team: "AND team IN {filter_team:Array(String)}",
  session: "AND session_id IN {filter_session:Array(String)}",
  user: "AND user_ref IN {filter_user:Array(String)}",
  source: "AND source IN {filter_source:Array(String)}",
  kind: "AND toString(kind) IN {filter_kind:Array(String)}",
};

const AFTER_PLACE =
  "({after_time:DateTime64(3, 'UTC')}, {after_event:String}, {after_epoch:UInt32}, {after_sign:Int8})";
const AFTER: Readonly<Record<AuditOrder, string>> = {
  newest: `AND (event_time, toString(event_id), epoch, sign) < ${AFTER_PLACE}`,
  oldest: `AND (event_time, toString(event_id), epoch, sign) > ${AFTER_PLACE}`,
};
const ORDER: Readonly<Record<AuditOrder, string>> = {
  newest: "ORDER BY event_time DESC, event_id DESC, epoch DESC, sign DESC",
  oldest: "ORDER BY event_time, event_id, epoch, sign",
};

const SELECT = `SELECT
${EVENT_COLUMN_LIST}
FROM`;
const BY_KEY =
  "WHERE concat(toString(event_id), ':', toString(epoch), ':', toString(sign)) IN {keys:Array(String)}";

function placeParams(after: EventKey): Readonly<Record<string, unknown>> {
  return {
    after_time: after.event_time.replace("Z", ""),
    after_event: after.event_id,
    after_epoch: after.epoch,
    after_sign: after.sign,
  };
}
