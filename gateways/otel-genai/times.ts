import { type CallTimes, readCallTimes } from "#gateways/call-times.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";
import { FIRST_TOKEN } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { otlpTime } from "#gateways/otlp/element.ts";

/** A span has both its ends; a log record is written when the call is over, and says its start in an attribute if at all. */
export function timesOf(reading: Reading, appendTimeMs: number, fields: FieldReader): CallTimes {
  const { element, service } = reading;
  const stated =
    element.otlp === "span"
      ? { start: otlpTime(element.start_time_unix_nano), end: otlpTime(element.end_time_unix_nano) }
      : {
          start: reading.value(...(service.start ?? [])),
          end: otlpTime(element.time_unix_nano) ?? otlpTime(element.observed_time_unix_nano),
        };
  const times = readCallTimes({ ...stated, firstToken: null }, appendTimeMs, fields);
  if (times.time_quality !== "stated") return times;
  const ms = number(reading.value(...(service.firstTokenMs ?? [])));
  const s = number(reading.value(...FIRST_TOKEN));
  return {
    ...times,
    first_token_at: millisecondsAfter(times.started_at, ms ?? (s === null ? null : s * 1000)),
  };
}

/** A log's template writes numbers as text. */
function number(value: unknown): number | null {
  if (typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value)) return Number(value);
  return typeof value === "number" ? value : null;
}
