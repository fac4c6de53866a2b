import { instantOfLocalDate } from "#core/local-time.ts";

export const GRANULARITIES = [
  "none",
  "hour",
  "day",
  "week",
  "month",
  "quarter",
  "fiscal_month",
  "fiscal_quarter",
  "fiscal_year",
] as const;
export type Granularity = (typeof GRANULARITIES)[number];
export type Period = Exclude<Granularity, "none">;
export const PERIODS = GRANULARITIES.filter((name): name is Period => name !== "none");

/** The local day that a call began on. */
const DAY = "toDate(toTimeZone(event_time, {tz:String}))";
/** The first day of its fiscal month, moved to the first of the calendar month. */
const FISCAL_MONTH = `toStartOfMonth(${DAY} - toIntervalDay({fiscal_days:UInt8}))`;
const fiscal = (start: "toStartOfQuarter" | "toStartOfYear") =>
  `toString(addMonths(${start}(addMonths(${FISCAL_MONTH}, -{fiscal_months:UInt8})), {fiscal_months:UInt8}) + toIntervalDay({fiscal_days:UInt8}))`;

/**
 * The label of the period that a call began in, in the zone `{tz:String}`: for an hour the instant it began at
 * (when clocks go back, two hours have the same local name), else its first local day. Where weeks and fiscal periods
 * begin is bound too (`calendar.ts`).
 */
export const PERIOD_SQL: Readonly<Record<Period, string>> = {
  hour: "formatDateTime(toStartOfHour(toTimeZone(event_time, {tz:String})), '%Y-%m-%dT%H:%i:%S.000Z', 'UTC')",
  day: `toString(${DAY})`,
  week: `toString(${DAY} - toIntervalDay((toDayOfWeek(${DAY}) + 7 - {week_start:UInt8}) % 7))`,
  month: `toString(toStartOfMonth(${DAY}))`,
  quarter: `toString(toStartOfQuarter(${DAY}))`,
  fiscal_month: `toString(${FISCAL_MONTH} + toIntervalDay({fiscal_days:UInt8}))`,
  fiscal_quarter: fiscal("toStartOfQuarter"),
  fiscal_year: fiscal("toStartOfYear"),
};

/** The longest range that may be asked for, in days: what a chart or a close needs, with a margin. */
export const RANGE_DAYS_MAX: Readonly<Record<Granularity, number>> = {
  none: 1830,
  hour: 62,
  day: 400,
  week: 1100,
  month: 1830,
  quarter: 1830,
  fiscal_month: 1830,
  fiscal_quarter: 1830,
  fiscal_year: 1830,
};

/** When the period with a label began, as an instant; each label is reckoned once, because groups share them. */
export function periodStarter(granularity: Period, tz: string): (label: string) => string {
  const known = new Map<string, string>();
  return (label) => {
    if (granularity === "hour") return label;
    const start = known.get(label) ?? new Date(instantOfLocalDate(label, tz)).toISOString();
    known.set(label, start);
    return start;
  };
}
