import { DIMENSION_SQL } from "#query-api/dimensions.ts";
import type { StoredColumn } from "#query-api/exports/export-column.ts";
import { COST_METERS } from "#query-api/queries/costs.ts";

const text = (name: string, column = name): StoredColumn => ({
  name,
  type: "text",
  sql: `nullIf(toString(${column}), '')`,
});
const whole = (name: string, sql = name): StoredColumn => ({ name, type: "whole", sql });
const sum = (column: StoredColumn): StoredColumn => ({ ...column, isSummed: true });

/**
 * A row a call or part of one, and a pair of rows more for each correction. Figures are signed: what was taken back
 * stands with a minus, so the sum of a column is its total, by whatever it is grouped.
 */
export const CALL_COLUMNS: readonly StoredColumn[] = [
  { name: "event_time", type: "instant", sql: instant("event_time") },
  text("event_id"),
  whole("epoch"),
  whole("sign"),
  text("kind"),
  text("part_of"),
  text("team"),
  text("cost_center", DIMENSION_SQL.cost_center),
  text("allocation_id"),
  text("project"),
  text("user", "user_ref"),
  text("api_key"),
  text("agent"),
  text("session_id"),
  text("source"),
  text("gateway"),
  text("provider", DIMENSION_SQL.provider),
  text("platform"),
  text("model", DIMENSION_SQL.model),
  text("model_reported", "model"),
  text("region"),
  text("inference_geo"),
  text("service_tier"),
  text("speed"),
  text("outcome"),
  text("usage_quality"),
  sum(whole("calls", "sign * (kind = 'response')")),
  ...COST_METERS.map((meter) => sum(whole(meter, `sign * toInt128(${meter})`))),
  sum({ name: "cost_usd", type: "decimal", sql: "sign * cost_usd" }),
  text("cost_status"),
  text("cost_note"),
  text("price_id"),
  { name: "gateway_cost", type: "decimal", sql: "sign * gateway_cost" },
  text("gateway_currency"),
  whole("settings_offset"),
  whole("adapter_version"),
  text("topic"),
  whole("partition"),
  whole("offset"),
  whole("element"),
  { name: "ingested_at", type: "instant", sql: instant("ingested_at") },
];

/** The same by the books: when it counts there, and what it corrects. */
export const BOOKED_CALL_COLUMNS: readonly StoredColumn[] = [
  { name: "booked_at", type: "instant", sql: instant("event_time") },
  ...CALL_COLUMNS.map((column) =>
    column.name === "event_time" ? { ...column, sql: instant("usage_time") } : column,
  ),
  text("corrects_period"),
  text("correction_reason"),
];

function instant(column: string): string {
  return `concat(replaceOne(toString(${column}), ' ', 'T'), 'Z')`;
}
