import { DIMENSION_SQL } from "#query-api/dimensions.ts";
import type { StoredColumn } from "#query-api/exports/export-column.ts";
import { COST_METERS } from "#query-api/queries/costs.ts";

const text = (name: string, column = name): StoredColumn => ({
  name,
  type: "text",
  sql: `nullIf(toString(${column}), '')`,
});

/** What the rows of a day are kept apart by; the key of the table, and its order. */
export const DAILY_KEYS: readonly StoredColumn[] = [
  { name: "day", type: "date", sql: "toDate(toTimeZone(event_time, {tz:String}))" },
  text("team"),
  text("cost_center", DIMENSION_SQL.cost_center),
  text("project"),
  text("provider", DIMENSION_SQL.provider),
  text("platform"),
  text("model", DIMENSION_SQL.model),
  text("gateway"),
  text("source"),
  text("cost_status"),
];

/** A row a local day and a combination of the keys. `items` are the calls and their parts. */
export const DAILY_COLUMNS: readonly StoredColumn[] = [
  ...DAILY_KEYS,
  { name: "items", type: "whole", sql: "sum(sign)", isSummed: true },
  { name: "calls", type: "whole", sql: "sum(sign * (kind = 'response'))", isSummed: true },
  ...COST_METERS.map((meter): StoredColumn => {
    return { name: meter, type: "whole", sql: `sum(sign * toInt128(${meter}))`, isSummed: true };
  }),
  { name: "cost_usd", type: "decimal", sql: "sum(sign * cost_usd)", isSummed: true },
];
