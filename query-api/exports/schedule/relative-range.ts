import { localDate } from "#core/local-time.ts";
import type { RelativeRange } from "#core/settings/export-schedule.ts";

/** From and to as an export takes them: local dates (their begin in the zone), or an instant. */
export interface AskedFromTo {
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
const MONDAY = 1;

/**
 * What a relative range is at a due time, on the calendar of a zone. The previous ones are whole days, weeks (from
 * Monday), months, quarters and years before the one of the due time; `to_date` ends at the due time, and at the very
 * begin of a month or year it is all of the one before.
 */
export function relativeRange(range: RelativeRange, dueMs: number, zone: string): AskedFromTo {
  const today = localDate(dueMs, zone);
  switch (range) {
    case "previous_day":
      return { from: addDays(today, -1), to: today };
    case "previous_week": {
      const monday = addDays(today, -((weekday(today) - MONDAY + 7) % 7));
      return { from: addDays(monday, -7), to: monday };
    }
    case "previous_month":
      return months(today, 1);
    case "previous_quarter":
      return months(today, 3);
    case "previous_year":
      return months(today, 12);
    case "month_to_date":
      return { from: firstOfMonth(localDate(dueMs - 1, zone), 0), to: instant(dueMs) };
    case "year_to_date":
      return { from: `${localDate(dueMs - 1, zone).slice(0, 4)}-01-01`, to: instant(dueMs) };
    default:
      return range satisfies never;
  }
}

/** The last whole span of so many months, counted from January, before the one of the day. */
function months(today: string, length: number): AskedFromTo {
  const month = Number(today.slice(5, 7)) - 1;
  const into = month % length;
  return { from: firstOfMonth(today, -into - length), to: firstOfMonth(today, -into) };
}

function firstOfMonth(date: string, add: number): string {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return dateOf(Date.UTC(year, month - 1 + add, 1));
}

function addDays(date: string, days: number): string {
  return dateOf(Date.parse(`${date}T00:00:00.000Z`) + days * DAY_MS);
}

function weekday(date: string): number {
  return new Date(`${date}T00:00:00.000Z`).getUTCDay();
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
