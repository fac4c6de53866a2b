import { readEventTime } from "#core/event-time.ts";
import type { FieldReader } from "#gateways/field-reader.ts";

export interface CallTimes {
  readonly started_at: string;
  readonly time_quality: "stated" | "end_only" | "missing";
  readonly first_token_at: string | null;
  readonly ended_at: string | null;
}

/**
 * When a call began, gave its first token and ended. Without a start its end counts, without both the append time; without
 * any of the three nobody knows which month it belongs to, and that is a fault.
 * A time that is there and cannot be read is a fault; an end before the start tells nothing and is left out.
 */
export function readCallTimes(
  stated: { readonly start: unknown; readonly firstToken: unknown; readonly end: unknown },
  appendTimeMs: number,
  fields: FieldReader,
): CallTimes {
  const start = readTime(stated.start, "the start", fields);
  const end = readTime(stated.end, "the end", fields);
  const firstToken = readTime(stated.firstToken, "the first token's time", fields);
  if (start === null && end === null && appendTimeMs === 0)
    fields.fail("bad_time", "neither the record nor Kafka states a time");
  const started = start ?? end ?? new Date(appendTimeMs).toISOString();
  return {
    started_at: started,
    time_quality: start !== null ? "stated" : end !== null ? "end_only" : "missing",
    first_token_at: firstToken !== null && firstToken >= started ? firstToken : null,
    ended_at: end !== null && end >= started ? end : null,
  };
}

function readTime(value: unknown, name: string, fields: FieldReader): string | null {
  if (value === null || value === undefined || value === "") return null;
  const read = readEventTime(value);
  return read.ok ? read.value : fields.fail("bad_time", `${name}: ${read.detail}`);
}
