import { scrubText } from "#core/redaction-shapes.ts";
import { no, ok, type Result } from "#core/result.ts";

/**
 * A record's time in any of the forms that gateways write, as UTC text with exactly three decimals.
 *
 * Numbers and numeric text are told apart by magnitude. Each window is 2001-09-09 to 2106-02-07 in its unit:
 *   seconds       1e9  to 4.29e9, fractions allowed (LiteLLM: 1787300000.123)
 *   milliseconds  1e12 to 4.29e12
 *   microseconds  1e15 to 4.29e15
 *   nanoseconds   1e18 to 4.29e18
 * Between the windows lie factors of 200, so no time up to the year 38,000 is taken for one in another unit: the
 * year 9999 in milliseconds is refused and does not turn into 1978 in microseconds. Smaller numbers are durations,
 * compact dates or a clock that was never set. Text is held to the same range; its end is where ClickHouse's
 * 32-bit DateTime ends.
 *
 * Text is ISO 8601: `T` or a space; `Z`, `UTC` or an offset up to 14:00; without a zone it is UTC (LiteLLM's
 * SpendLogs). 24:00:00 is the start of the next day, as ISO 8601-1 allows. A leap second, which can only be
 * 23:59:60 UTC, becomes 23:59:59.999: it stays in its day and month. A date alone is no moment. Finer than a
 * millisecond is cut, not rounded.
 */
export function readEventTime(value: unknown): Result<string, "bad_time"> {
  if (typeof value === "string" && isWritten(value)) return ok(value);
  const timeMs =
    typeof value === "number" ? epochMs(value) : typeof value === "string" ? textMs(value.trim()) : null;
  if (timeMs === null) return no("bad_time", `${shown(value)} is no time that can be read`);
  if (timeMs < EARLIEST_MS || timeMs > LATEST_MS) {
    return no("bad_time", `${shown(value)} is outside 2001-09-09 to 2106-02-07`);
  }
  return ok(new Date(timeMs).toISOString());
}

/** Whether a text is a time as we write it already, of a day that every month has: most are, and it costs a tenth. */
function isWritten(text: string): boolean {
  const match = text.length === 24 ? WRITTEN.exec(text) : null;
  return match !== null && Number(match[1]) >= 2002 && Number(match[1]) < 2106;
}
const WRITTEN = /^(\d{4})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

const EARLIEST_MS = 1e12;
const LATEST_MS = 4_294_967_295_999;

function epochMs(value: number): number | null {
  // A double is up to 256 ns off here: to the nearest microsecond first.
  if (value >= 1e18) return Math.floor(Math.round(value / 1e3) / 1e3);
  if (value >= 1e15) return Math.floor(value / 1e3);
  if (value >= 1e12) return Math.floor(value);
  // The product is rounded to the nearest double, which gives the millisecond back that the fraction's double lacks.
  if (value >= 1e9) return Math.floor(value * 1e3);
  return null;
}

function textMs(text: string): number | null {
  const digits = /^(\d{10,19})(\.\d{1,12})?$/.exec(text);
  if (digits === null) return isoMs(text);
  // Through bigint where a double would round (nanoseconds have 19 digits).
  const whole = BigInt(digits[1] ?? "");
  return whole >= 10n ** 18n ? Number(whole / 1_000_000n) : epochMs(Number(text));
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)? ?(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

function isoMs(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6] ?? 0)];
  const ms = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  const offsetMin = offsetMinutes(match[8]);
  if (offsetMin === null || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (minute > 59 || hour > 24 || (hour === 24 && (minute > 0 || second > 0 || ms > 0))) return null;
  const minuteMs = Date.UTC(year, month - 1, day, hour, minute) - offsetMin * 60_000;
  if (second < 60) return minuteMs + second * 1000 + ms;
  const isLastMinuteOfDay = (minuteMs / 60_000) % 1440 === 1439;
  return second === 60 && isLastMinuteOfDay ? minuteMs + 59_999 : null;
}

/** Minutes east of UTC; null for an offset that no zone has. */
function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined || /^(?:z|utc)$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || 0);
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function shown(value: unknown): string {
  return typeof value === "number" || typeof value === "string"
    ? scrubText(JSON.stringify(value)).slice(0, 40)
    : `a ${typeof value}`;
}
