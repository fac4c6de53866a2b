import { no, ok, type Result } from "#core/result.ts";

const DAY = /^\d{4}-\d\d-\d\d$/;
/** `2026-11-20T10:00:00.5Z`, a blank for the T, no zone (UTC, as stores of gateways write), or an offset. */
const INSTANT =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?$/;

/** The day of UTC that an instant lies on. */
export function dayOfInstant(text: string): Result<string, "bad_day"> {
  const trimmed = text.trim();
  if (DAY.test(trimmed)) return realDay(trimmed);
  const [, day, time, zone = "Z"] = INSTANT.exec(trimmed) ?? [];
  if (day === undefined)
    return no("bad_day", `"${trimmed.slice(0, 40)}" is no day (2026-11-20) and no instant`);
  const offset = /^(Z|UTC)$/.test(zone)
    ? "Z"
    : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_all, h, m) => `${h}:${m ?? "00"}`);
  const ms = Date.parse(`${day}T${time?.length === 5 ? `${time}:00` : time}${offset}`);
  if (Number.isNaN(ms)) return no("bad_day", `"${trimmed.slice(0, 40)}" is no time that exists`);
  return ok(new Date(ms).toISOString().slice(0, 10));
}

/**
 * The day of UTC that a bucket of a day begins. A bucket of another zone's day is refused: its calls lie on two days of
 * UTC, and nothing in it tells which on which.
 */
export function dayOfBucket(text: string): Result<string, "bad_day"> {
  const trimmed = text.trim();
  if (DAY.test(trimmed)) return realDay(trimmed);
  const day = dayOfInstant(trimmed);
  if (!day.ok) return day;
  const offset = /([+-]\d\d:?(?:\d\d)?)$/.exec(trimmed.slice(10))?.[1]?.replaceAll(/[^1-9]/g, "") ?? "";
  const isMidnight = /^00:00(:00(\.0+)?)?/.test(trimmed.slice(11));
  if (offset !== "" || !isMidnight)
    return no(
      "bad_day",
      `"${trimmed.slice(0, 40)}" does not begin a day of UTC; days of a local zone cannot be compared`,
    );
  return day;
}

/** The day after; `days` may be below zero. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function realDay(day: string): Result<string, "bad_day"> {
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  const exists = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
  return exists ? ok(day) : no("bad_day", `${day} is no day that exists`);
}
