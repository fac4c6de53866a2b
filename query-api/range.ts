import { failure } from "#core/failure.ts";
import { instantOfLocalDate } from "#core/local-time.ts";
import type { TimeZones } from "#query-api/time-zones.ts";

/** A half-open range of time, [from, to), as the store takes it: `2026-11-01T00:00:00.000Z`. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
  readonly tz: string;
}

export interface AskedRange {
  readonly from: string;
  readonly to?: string | undefined;
  readonly tz: string;
}

const DAY_MS = 86_400_000;
/** The store's times end in 2299 and its dates in 2149; nobody has calls before the epoch. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.parse("2106-01-01T00:00:00.000Z");
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,3})?)?([Zz]|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * Reads a range as it was asked for, with all its faults in one answer.
 *
 * @throws failure REQUEST_INVALID
 */
export async function readRange(
  asked: AskedRange,
  daysMax: number,
  context: { zones: TimeZones; now: Date },
): Promise<TimeRange> {
  const known = await context.zones.knows(asked.tz);
  const faults = known ? [] : ["tz is no IANA time zone (such as Europe/Berlin; names are case-sensitive)"];
  const tz = known ? asked.tz : "UTC";
  const fromMs = readMoment("from", asked.from, tz, faults);
  const toMs = asked.to === undefined ? context.now.getTime() : readMoment("to", asked.to, tz, faults);
  if (fromMs !== null && toMs !== null) {
    if (fromMs >= toMs) faults.push("from must be before to");
    // A day more than stated, because a range of days may span the hour when clocks change.
    else if (toMs - fromMs > (daysMax + 1) * DAY_MS)
      faults.push(`the range is longer than ${daysMax} days; ask for less, or for a coarser granularity`);
  }
  if (faults.length > 0 || fromMs === null || toMs === null)
    throw failure("REQUEST_INVALID", { faults: faults.join("; ") });
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), tz };
}

function readMoment(name: string, text: string, tz: string, faults: string[]): number | null {
  const ms = momentOf(text, tz);
  if (ms === null) {
    faults.push(
      `${name} is neither a date (2026-11-01) nor an instant with its offset (2026-11-01T00:00:00Z; write + as %2B)`,
    );
    return null;
  }
  if (ms >= EARLIEST_MS && ms <= LATEST_MS) return ms;
  faults.push(`${name} is outside of the years 1970 to 2105`);
  return null;
}

function momentOf(text: string, tz: string): number | null {
  if (DATE.test(text)) return isRealDate(text) ? instantOfLocalDate(text, tz) : null;
  if (!INSTANT.test(text) || !isRealDate(text.slice(0, 10))) return null;
  const ms = Date.parse(text.toUpperCase());
  return Number.isNaN(ms) ? null : ms;
}

/** Feb 30 is none: the parser would roll it over into March. */
function isRealDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00.000Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
