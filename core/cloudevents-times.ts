import type { Envelope } from "#core/cloudevents-envelope.ts";
import { readEventTime } from "#core/event-time.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

/**
 * Brings the event's times to the contract's form. `time` and `data.started_at` are the same moment: one may be
 * missing and is taken from the other, both missing or differing is `bad_time`. An end or a first token before the
 * start tells nothing and is left out, as of a gateway's record.
 */
export function fillTimes(event: Envelope): Result<Envelope, RejectReason> {
  if (typeof event["data"] !== "object" || event["data"] === null || Array.isArray(event["data"])) {
    return no("bad_shape", "data: must be a JSON object");
  }
  const data: Record<string, unknown> = { ...event["data"] };
  for (const name of ["started_at", "first_token_at", "ended_at"]) {
    const time = normalised(data, name, "data.");
    if (time !== null) return time;
  }
  const envelope: Record<string, unknown> = { ...event };
  const time = normalised(envelope, "time", "");
  if (time !== null) return time;
  const moment = envelope["time"] ?? data["started_at"];
  if (moment === undefined || moment === null)
    return no("bad_time", "time: is missing, and so is data.started_at");
  const started = data["started_at"] ?? moment;
  if (started !== moment) return no("bad_time", "time: differs from data.started_at");
  for (const name of ["first_token_at", "ended_at"]) {
    // Both are text of one form here, so their order is that of the moments.
    if (typeof data[name] === "string" && String(data[name]) < String(moment)) data[name] = null;
  }
  return ok({ ...envelope, time: moment, data: { ...data, started_at: moment } });
}

/** Rewrites one time in place; the reject when it cannot be read, null when all is well. */
function normalised(holder: Record<string, unknown>, name: string, path: string) {
  const value = holder[name];
  if (value === undefined || value === null) return null;
  const read = readEventTime(value);
  if (!read.ok) return no("bad_time", `${path}${name}: ${read.detail}`);
  holder[name] = read.value;
  return null;
}
