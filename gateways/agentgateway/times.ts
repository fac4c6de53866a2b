import { readEventTime } from "#core/event-time.ts";
import type { AgentgatewayRecord } from "#gateways/agentgateway/record.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";

/**
 * The line's `time` is when it was written, at the end of the call, and `duration` (`3310ms`) leads back to the start,
 * unless CEL adds the start itself.
 */
export function timesOf(record: AgentgatewayRecord, appendTimeMs: number, fields: FieldReader) {
  const end = withWholeMicroseconds(record.time);
  const start = record["request.start_time"] ?? startBefore(end, durationMs(record.duration));
  const times = readCallTimes({ start, firstToken: null, end }, appendTimeMs, fields);
  const firstTokenS = record["agw.ai.time_to_first_token"];
  const canTell = times.time_quality === "stated" && typeof firstTokenS === "number";
  return {
    ...times,
    first_token_at: canTell ? millisecondsAfter(times.started_at, firstTokenS * 1000) : null,
  };
}

/**
 * agentgateway writes the microseconds without leading zeros (crates/core/src/telemetry/date.rs): `:01.42Z` is 42
 * microseconds after the second, and not 420 milliseconds.
 */
function withWholeMicroseconds(time: unknown): unknown {
  if (typeof time !== "string") return time;
  return time.replace(/\.(\d{1,5})Z$/, (_all, digits: string) => `.${digits.padStart(6, "0")}Z`);
}

function startBefore(end: unknown, ms: number | null): string | null {
  if (ms === null) return null;
  const read = readEventTime(end);
  return read.ok ? new Date(Date.parse(read.value) - ms).toISOString() : null;
}

function durationMs(duration: unknown): number | null {
  const digits = typeof duration === "string" ? /^(\d{1,9})ms$/.exec(duration)?.[1] : undefined;
  return digits === undefined ? null : Number(digits);
}
