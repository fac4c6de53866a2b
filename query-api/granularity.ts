import { instantOfLocalDate } from "#query-api/local-time.ts";

export const GRANULARITIES = ["none", "hour", "day", "week", "month"] as const;
export type Granularity = (typeof GRANULARITIES)[number];
export type Period = Exclude<Granularity, "none">;

/**
 * The label of the period that a call began in, in the zone `{tz:String}`: for an hour the instant it began at
 * (when clocks go back, two hours have the same local name), else its first local day. A week begins on Monday
 * (ISO 8601).
 */
export const PERIOD_SQL: Readonly<Record<Period, string>> = {
  hour: "formatDateTime(toStartOfHour(toTimeZone(event_time, {tz:String})), '%Y-%m-%dT%H:%i:%S.000Z', 'UTC')",
  day: "toString(toDate(toTimeZone(event_time, {tz:String})))",
  week: "toString(toMonday(toTimeZone(event_time, {tz:String})))",
  month: "toString(toStartOfMonth(toTimeZone(event_time, {tz:String})))",
};

/** The longest range that may be asked for, in days: what a chart or a close needs, with a margin. */
export const RANGE_DAYS_MAX: Readonly<Record<Granularity, number>> = {
  none: 1830,
  hour: 62,
  day: 400,
  week: 1100,
  month: 1830,
};

/** When the period with this label began, as an instant. */
export function periodStart(label: string, granularity: Period, tz: string): string {
  return granularity === "hour" ? label : new Date(instantOfLocalDate(label, tz)).toISOString();
}
