const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** No zone has been further from UTC than 15 h 13 min (Manila until 1844); a day's start is looked for around it. */
const OFFSET_MS_MAX = 16 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this program can reckon in the zone; the store is asked as well (`time-zones.ts`). */
export function isZoneHere(tz: string): boolean {
  try {
    return /^[A-Z]/.test(tz) && formatIn(tz) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The first instant of a local calendar day (`2026-03-29`), in milliseconds. Where clocks skip midnight, the day
 * begins at the first instant that there is. By search, because `Intl` only tells the local date of an instant.
 */
export function instantOfLocalDate(date: string, tz: string): number {
  const utcMidnight = Date.parse(`${date}T00:00:00.000Z`);
  // Most days begin as far from UTC's midnight as the one that was asked for last; two looks prove it.
  const guess = utcMidnight + (lastOffsetMs.get(tz) ?? 0);
  if (localDate(guess, tz) === date && localDate(guess - 1, tz) < date) return guess;
  const found = searchLocalDate(date, tz, utcMidnight);
  // Bounded as `formats` is: every name that comes here has a format there.
  lastOffsetMs.set(tz, found - utcMidnight);
  return found;
}

const lastOffsetMs = new Map<string, number>();

/** The local days that begin inside (from, to), and when. */
export function localDays(
  fromMs: number,
  toMs: number,
  tz: string,
): readonly { readonly date: string; readonly startMs: number }[] {
  const days: { date: string; startMs: number }[] = [];
  let date = localDate(fromMs, tz);
  for (;;) {
    date = new Date(Date.parse(`${date}T00:00:00.000Z`) + DAY_MS).toISOString().slice(0, 10);
    const startMs = instantOfLocalDate(date, tz);
    if (startMs >= toMs) return days;
    // A day that a zone left out (Samoa's 2011-12-30) begins where the next one does.
    if (startMs > fromMs) days.push({ date, startMs });
  }
}

function searchLocalDate(date: string, tz: string, utcMidnight: number): number {
  let before = utcMidnight - OFFSET_MS_MAX;
  let at = utcMidnight + OFFSET_MS_MAX;
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (localDate(middle, tz) < date) before = middle;
    else at = middle;
  }
  return at;
}

/** The local calendar day of an instant, as `2026-03-29`. */
export function localDate(instantMs: number, tz: string): string {
  const parts = new Map(
    formatIn(tz)
      .formatToParts(instantMs)
      .map((part) => [part.type, part.value]),
  );
  return `${parts.get("year")?.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
}

function formatIn(tz: string): Intl.DateTimeFormat {
  const known = formats.get(tz);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en", {
    timeZone: tz,
    calendar: "iso8601",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  // Bounded by the number of zones that `Intl` knows: unknown ones throw above.
  formats.set(tz, format);
  return format;
}
