import { instantOfLocalDate } from "#core/local-time.ts";

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The first days of a calendar month and of the next, by the month's id (`2026-11`); null for any other id. */
export function monthDates(id: string): { from: string; to: string } | null {
  const [, year, month] = MONTH.exec(id) ?? [];
  if (year === undefined || month === undefined) return null;
  const next = new Date(Date.UTC(Number(year), Number(month), 1)).toISOString().slice(0, 10);
  return { from: `${id}-01`, to: next };
}

/** When a day begins in a zone, as an instant. */
export function beginOf(date: string, zone: string): string {
  return new Date(instantOfLocalDate(date, zone)).toISOString();
}
