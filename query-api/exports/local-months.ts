import { instantOfLocalDate, localDate } from "#core/local-time.ts";

/** Cuts a range where a month begins in the zone, so that no local day is cut. */
export function localMonths(from: string, to: string, tz: string): { from: string; to: string }[] {
  const end = Date.parse(to);
  const pieces: { from: string; to: string }[] = [];
  for (let at = Date.parse(from); at < end; ) {
    const next = Math.min(instantOfLocalDate(monthAfter(localDate(at, tz)), tz), end);
    pieces.push({ from: new Date(at).toISOString(), to: new Date(next).toISOString() });
    at = next;
  }
  return pieces;
}

function monthAfter(date: string): string {
  const [year = 0, month = 0] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}
