import { WEEK_DAYS } from "#core/calendar.ts";
import { instantOfLocalDate, localDate } from "#core/local-time.ts";
import type { BudgetPeriod } from "#core/settings/budget.ts";

/** A stretch of time that a budget's amount is for; half-open. */
export interface BudgetWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The window of a period that holds a moment. Calendar windows begin at the first instant of a local day, so they have
 * 23 or 25 hours more or less where clocks change. A rolling window ends with the hour of the moment and begins so many
 * times 24 hours before that: it moves on once an hour.
 */
export function windowAt(period: BudgetPeriod, atMs: number): BudgetWindow {
  if (period.kind === "rolling") {
    const toMs = Math.floor(atMs / HOUR_MS) * HOUR_MS + HOUR_MS;
    return { fromMs: toMs - period.days * DAY_MS, toMs };
  }
  const first = firstDate(period, localDate(atMs, period.zone));
  const instant = (date: string) => instantOfLocalDate(date, period.zone);
  return { fromMs: instant(first), toMs: instant(nextFirstDate(period, first)) };
}

/** The window before one. Of a rolling period it is the one that ended an hour ago. */
export function windowBefore(period: BudgetPeriod, { fromMs }: BudgetWindow): BudgetWindow {
  if (period.kind !== "rolling") return windowAt(period, fromMs - 1);
  return { fromMs: fromMs - HOUR_MS, toMs: fromMs - HOUR_MS + period.days * DAY_MS };
}

type CalendarPeriod = Exclude<BudgetPeriod, { kind: "rolling" }>;

/** The first local day of the period that has a local day in it. */
function firstDate(period: CalendarPeriod, date: string): string {
  switch (period.kind) {
    case "day":
      return date;
    case "week": {
      // `getUTCDay` counts from Sunday.
      const day = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
      return addDays(date, -((day + 7 - WEEK_DAYS.indexOf(period.week_start)) % 7));
    }
    case "month":
      return `${date.slice(0, 8)}01`;
    case "quarter": {
      const month = Math.floor((Number(date.slice(5, 7)) - 1) / 3) * 3 + 1;
      return `${date.slice(0, 5)}${String(month).padStart(2, "0")}-01`;
    }
    case "fiscal_month": {
      const start = `${date.slice(0, 8)}${String(period.start_day).padStart(2, "0")}`;
      return start <= date ? start : addMonths(start, -1);
    }
  }
}

function nextFirstDate(period: CalendarPeriod, first: string): string {
  switch (period.kind) {
    case "day":
      return addDays(first, 1);
    case "week":
      return addDays(first, 7);
    case "month":
    case "fiscal_month":
      return addMonths(first, 1);
    case "quarter":
      return addMonths(first, 3);
  }
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The day of the month is at most the 28th, which every month has. */
function addMonths(date: string, months: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 10);
}
