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

/** The same by the books: the day that it is booked on, and what it corrects there. */
export const BOOKED_DAILY_KEYS: readonly StoredColumn[] = [
  ...DAILY_KEYS,
  text("corrects_period"),
  text("correction_reason"),
];

/** `items` are the calls and their parts. */
const DAILY_SUMS: readonly StoredColumn[] = [
  { name: "items", type: "whole", sql: "sum(sign)", isSummed: true },
  { name: "calls", type: "whole", sql: "sum(sign * (kind = 'response'))", isSummed: true },
  ...COST_METERS.map((meter): StoredColumn => {
    return { name: meter, type: "whole", sql: `sum(sign * toInt128(${meter}))`, isSummed: true };
  }),
  { name: "cost_usd", type: "decimal", sql: "sum(sign * cost_usd)", isSummed: true },
];

/** A row a local day and a combination of the keys. */
export const DAILY_COLUMNS: readonly StoredColumn[] = [...DAILY_KEYS, ...DAILY_SUMS];
export const BOOKED_DAILY_COLUMNS: readonly StoredColumn[] = [...BOOKED_DAILY_KEYS, ...DAILY_SUMS];
