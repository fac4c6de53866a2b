import { readEventTime } from "#core/event-time.ts";
import { type CallTimes, readCallTimes } from "#gateways/call-times.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";
import { otlpTime } from "#gateways/otlp/element.ts";

/**
 * A span has both its ends. A log record is written when the thing is over: `duration_ms` leads back to its start.
 * `ttft_ms` counts from the start of the attempt that was answered, so of a span with retries it tells nothing.
 */
export function timesOf(signal: Signal, appendTimeMs: number, fields: FieldReader): CallTimes {
  const { element } = signal;
  if (element.otlp === "log") {
    const end =
      signal.value("event.timestamp") ??
      otlpTime(element.time_unix_nano) ??
      otlpTime(element.observed_time_unix_nano);
    return readCallTimes({ start: startOf(signal, end), firstToken: null, end }, appendTimeMs, fields);
  }
  const times = readCallTimes(
    {
      start: otlpTime(element.start_time_unix_nano),
      firstToken: null,
      end: otlpTime(element.end_time_unix_nano),
    },
    appendTimeMs,
    fields,
  );
  const isFirst = [null, 1, "1"].includes(signal.value("attempt") as string | number | null);
  if (!isFirst || times.time_quality !== "stated") return times;
  const firstToken = millisecondsAfter(times.started_at, milliseconds(signal.value("ttft_ms")));
  return { ...times, first_token_at: firstToken };
}

/** An event without a duration is over as it begins. */
export function isInstant(signal: Signal): boolean {
  return signal.element.otlp === "log" && milliseconds(signal.value("duration_ms")) === null;
}

function startOf(signal: Signal, end: unknown): string | null {
  const ms = milliseconds(signal.value("duration_ms"));
  if (ms === null) return null;
  const read = readEventTime(end);
  return read.ok ? new Date(Date.parse(read.value) - Math.round(ms)).toISOString() : null;
}

/** Numbers were text until 2.1.121. More than eleven days are no duration. */
function milliseconds(value: unknown): number | null {
  const ms = typeof value === "string" && /^\d{1,9}(?:\.\d{1,12})?$/.test(value) ? Number(value) : value;
  return typeof ms === "number" && ms >= 0 && ms < 1e9 ? ms : null;
}
