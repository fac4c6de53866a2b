import type { z } from "zod";
import type { DurationField, TimeField } from "#core/mapping/figures.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";

/** One unit in milliseconds. */
const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};
/** As Go and Rust print durations: `3310ms`, `3.31s`, `1m2.5s`, `653µs`. */
const TEXT = /^(?:\d{1,12}(?:\.\d{1,9})?(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g;

/** A duration in milliseconds; null where there is none, or nothing that is one. */
export function durationMs(
  field: z.infer<typeof DurationField> | undefined,
  record: RecordReader,
): number | null {
  const value = record.get(field?.path);
  if (typeof value === "string" && TEXT.test(value)) {
    let ms = 0;
    for (const [, digits = "", unit = ""] of value.matchAll(PART))
      ms += Number(digits) * (UNIT_MS[unit] ?? 0);
    return bounded(ms);
  }
  const number = typeof value === "string" && /^\d{1,18}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || field === undefined || field.unit === "text") return null;
  return bounded(number * (UNIT_MS[field.unit] ?? 1));
}

/** No call takes eleven days; a negative duration tells nothing. */
function bounded(ms: number): number | null {
  return ms >= 0 && ms < 1e9 ? ms : null;
}

/** A time as `readEventTime` takes it: a number of a stated unit in milliseconds, all else as it stands. */
export function timeOf(field: z.infer<typeof TimeField> | undefined, record: RecordReader): unknown {
  const value = record.get(field?.path);
  if (value === undefined || field === undefined || field.unit === "auto") return value;
  if (field.unit === "iso") return typeof value === "number" ? `${value} is no ISO time` : value;
  if (field.unit === "uuid7") return uuidMs(value) ?? "a UUID that is not of version 7";
  const digits = typeof value === "string" && /^\d{1,19}$/.test(value) ? value : null;
  const number = typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
  // To the microsecond, so that a double's last digits do not move a millisecond.
  const ms =
    field.unit === "ns" && digits !== null
      ? Number(BigInt(digits) / 1_000_000n)
      : Math.round(number * (UNIT_MS[field.unit] ?? 1) * 1000) / 1000;
  // Outside the window of milliseconds the number would be taken for one of another unit.
  return ms >= 1e12 && ms < 4.3e12 ? ms : `${String(value)} in ${field.unit}`;
}

/** RFC 9562 section 5.7: the first 48 bits are milliseconds since 1970. */
function uuidMs(value: unknown): number | null {
  const match =
    typeof value === "string"
      ? /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.exec(value)
      : null;
  return match === null ? null : Number.parseInt(`${match[1]}${match[2]}`, 16);
}
