import { instantOfLocalDate, localDate } from "#core/local-time.ts";
import type { TimeRange } from "#query-api/range.ts";

const DAY_MS = 86_400_000;

/**
 * The range before, up to where this one begins: as many months where it begins and ends with a month of its zone, else
 * as many days where both are days, else as long. So November is compared with October, though that is longer.
 */
export function previousRange({ from, to, tz }: TimeRange): TimeRange {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const first = localDate(fromMs, tz);
  const last = localDate(toMs, tz);
  const areDays = instantOfLocalDate(first, tz) === fromMs && instantOfLocalDate(last, tz) === toMs;
  if (!areDays) return { from: new Date(2 * fromMs - toMs).toISOString(), to: from, tz };
  const before =
    first.endsWith("-01") && last.endsWith("-01")
      ? monthsBefore(first, monthOf(last) - monthOf(first))
      : daysBefore(first, (Date.parse(last) - Date.parse(first)) / DAY_MS);
  return { from: new Date(instantOfLocalDate(before, tz)).toISOString(), to: from, tz };
}

function monthOf(date: string): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

function monthsBefore(date: string, months: number): string {
  const month = monthOf(date) - months;
  return new Date(Date.UTC(Math.floor(month / 12), month % 12)).toISOString().slice(0, 10);
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);
}
