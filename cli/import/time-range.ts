import { timeOf, type Verdict } from "#cli/import/verdict.ts";
import { readEventTime } from "#core/event-time.ts";
import { failure } from "#core/failure.ts";

/** Half open; null is without an end. */
export interface TimeRange {
  readonly fromMs: number | null;
  readonly untilMs: number | null;
}

/** @throws failure OPTION_INVALID */
export function timeRange(from: string | undefined, until: string | undefined): TimeRange {
  const range = { fromMs: instant("--from", from), untilMs: instant("--until", until) };
  if (range.fromMs !== null && range.untilMs !== null && range.untilMs <= range.fromMs)
    throw failure("OPTION_INVALID", {
      option: "--until",
      value: until ?? "",
      accepts: "a time after --from",
    });
  return range;
}

/** Why a record is left out, or null. One that cannot be read has no time and is never left out: it is a reject. */
export function leftOut(
  verdict: Verdict,
  { fromMs, untilMs }: TimeRange,
): "out_of_range" | "without_time" | null {
  if (!verdict.isAccepted || (fromMs === null && untilMs === null)) return null;
  const timeMs = timeOf(verdict);
  if (timeMs === null) return "without_time";
  const isBefore = fromMs !== null && timeMs < fromMs;
  return isBefore || (untilMs !== null && timeMs >= untilMs) ? "out_of_range" : null;
}

export function isoOf(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

/** A time without a zone would be somebody's local one: it is refused. A date alone is its first moment in UTC. */
function instant(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const hasZone = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text);
  const time = readEventTime(isDate ? `${text}T00:00:00Z` : text);
  if (time.ok && (isDate || hasZone)) return Date.parse(time.value);
  throw failure("OPTION_INVALID", {
    option,
    value: text,
    accepts: "a date, or an ISO 8601 time with its zone, such as 2026-11-01T00:00:00Z",
  });
}
