import type { FieldMap } from "#core/mapping/field-map.ts";
import { type CallTimes, readCallTimes } from "#gateways/call-times.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { millisecondsAfter } from "#gateways/milliseconds-after.ts";
import { durationMs, timeOf } from "#gateways/profile/durations.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";

export interface ProfiledTimes extends CallTimes {
  readonly gateway_overhead_us: number | null;
}

/** When a call was: what is stated, and what a stated duration adds to a stated time. */
export function readTimes(
  map: FieldMap["times"],
  record: RecordReader,
  appendTimeMs: number,
  fields: FieldReader,
): ProfiledTimes {
  const stated = {
    start: timeOf(map?.start, record),
    firstToken: timeOf(map?.first_token, record),
    end: timeOf(map?.end, record),
  };
  const duration = durationMs(map?.duration, record);
  const overhead = durationMs(map?.overhead, record);
  const times = withStart(readCallTimes(stated, appendTimeMs, fields), duration);
  const isStated = times.time_quality === "stated";
  const after = (ms: number | null) => (isStated ? millisecondsAfter(times.started_at, ms) : null);
  return {
    ...times,
    first_token_at: times.first_token_at ?? after(durationMs(map?.first_token_after, record)),
    ended_at: times.ended_at ?? after(duration),
    gateway_overhead_us: overhead === null ? null : Math.round(overhead * 1000),
  };
}

/** An end and a duration are a start. */
function withStart(times: CallTimes, duration: number | null): CallTimes {
  if (times.time_quality !== "end_only" || duration === null) return times;
  const started = new Date(Date.parse(times.started_at) - Math.round(duration)).toISOString();
  return { ...times, started_at: started, time_quality: "stated", ended_at: times.started_at };
}
