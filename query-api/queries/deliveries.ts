import { z } from "zod";
import { ALERT_KINDS } from "#core/alert.ts";
import { DELIVERY_STATES } from "#core/notifications/delivery.ts";
import { TRANSITIONS } from "#core/notifications/notification.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment } from "#query-api/store-types.ts";

const DeliveryRow = z.object({
  ...{ delivery_id: z.string(), alert_id: z.string(), episode: z.int(), kind: z.enum(ALERT_KINDS) },
  ...{ transition: z.enum(TRANSITIONS), receiver: z.string(), state: z.enum(DELIVERY_STATES) },
  ...{ attempts: z.int(), status: z.int(), code: Known, message: Known, replays: z.int() },
  ...{ created_at: Moment, changed_at: Moment, next_try_at: Moment.nullable(), sent_at: Moment.nullable() },
});
export type DeliveryRow = z.output<typeof DeliveryRow>;

const SELECT = `SELECT toString(d.delivery_id) AS delivery_id, toString(d.alert_id) AS alert_id, episode, kind,
  toString(d.transition) AS transition, receiver, toString(d.state) AS state, attempts, status, code, message, replays,
  created_at, changed_at, next_try_at, sent_at
FROM all_deliveries AS d
WHERE true`;

/** Where a page ends. */
export interface DeliveryPlace {
  readonly createdAt: string;
  readonly id: string;
}

/** What became of notifications, newest first; those of one moment in the order of their ids. */
export function deliveriesQuery(asked: {
  readonly states: readonly string[] | undefined;
  readonly receivers: readonly string[] | undefined;
  readonly after: DeliveryPlace | null;
  readonly rowsMax: number;
}): ViewQuery<typeof DeliveryRow> {
  const { states, receivers, after, rowsMax } = asked;
  return {
    name: "deliveries",
    sql: () =>
      [
        SELECT,
        ...(states === undefined ? [] : ["AND d.state IN {filter_state:Array(String)}"]),
        ...(receivers === undefined ? [] : ["AND d.receiver IN {filter_receiver:Array(String)}"]),
        ...(after === null ? [] : [AFTER]),
        "ORDER BY d.created_at DESC, d.delivery_id",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      rows_max: rowsMax,
      ...(states === undefined ? {} : { filter_state: states }),
      ...(receivers === undefined ? {} : { filter_receiver: receivers }),
      ...(after === null ? {} : { after_at: after.createdAt.replace("Z", ""), after_id: after.id }),
    },
    row: DeliveryRow,
  };
}

const AFTER = `AND (d.created_at < {after_at:DateTime64(3, 'UTC')}
  OR (d.created_at = {after_at:DateTime64(3, 'UTC')} AND toString(d.delivery_id) > {after_id:String}))`;

/** One notification; no row: there is none of that id. */
export function deliveryQuery(id: string): ViewQuery<typeof DeliveryRow> {
  return {
    name: "delivery",
    sql: () => `${SELECT} AND d.delivery_id = {delivery_id:String}`,
    params: { delivery_id: id },
    row: DeliveryRow,
  };
}
