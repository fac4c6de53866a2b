import { envelopeOf } from "#core/cloudevents-envelope.ts";
import { rejectOf } from "#core/cloudevents-reject.ts";
import { fillTimes } from "#core/cloudevents-times.ts";
import { CanonicalEvent, EVENT_TYPES } from "#core/event.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { scrubText } from "#core/redaction-shapes.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

export type ReadEvent = Result<CanonicalEvent, RejectReason>;

/**
 * The canonical events of a message or a body, an outcome each: a batch (an array, over HTTP) has one per
 * element, structured and binary mode have one. CloudEvents 1.0.2 with its Kafka and HTTP bindings; the mode is
 * told by the content type (`application/cloudevents…`), else binary by the header `ce_specversion` or
 * `ce-specversion`, else the value is taken for a structured event, since many producers forget the label.
 * Header names are compared in lower case.
 */
export function readCloudEvents(
  value: unknown,
  headers: ReadonlyMap<string, string>,
  contentType: string | null,
): readonly ReadEvent[] {
  if (Array.isArray(value)) return value.map((element) => readCloudEvent(element, NO_HEADERS, STRUCTURED));
  return [readCloudEvent(value, headers, contentType)];
}

/**
 * One canonical event. What is forgiven: any readable time (see `readEventTime`) is brought to the contract's
 * form; of `time` and `data.started_at` one may be missing and is taken from the other; likewise `subject` and
 * `data.session_id`. What is not: the two differing, an unknown field in `data` (a mistyped meter would lose
 * money in silence), a number that is no safe whole number.
 */
export function readCloudEvent(
  value: unknown,
  headers: ReadonlyMap<string, string>,
  contentType: string | null,
): ReadEvent {
  const envelope = envelopeOf(value, headers, contentType);
  if (!envelope.ok) return envelope;
  const refused = unknownKind(envelope.value) ?? badIdentity(envelope.value);
  if (refused !== null) return refused;
  const timed = fillTimes(envelope.value);
  if (!timed.ok) return timed;
  const parsed = CanonicalEvent.safeParse(withSession(timed.value));
  if (!parsed.success) return rejectOf(parsed.error);
  return contradiction(parsed.data) ?? ok(parsed.data);
}

export const STRUCTURED = "application/cloudevents+json";
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

function unknownKind({ specversion, type }: Readonly<Record<string, unknown>>): ReadEvent | null {
  if (specversion !== "1.0") {
    return typeof specversion === "string"
      ? no("unsupported_version", `specversion ${shown(specversion)} is not "1.0"`)
      : no("bad_shape", "specversion: is missing; is this a CloudEvent?");
  }
  if (EVENT_TYPES.some((known) => known === type)) return null;
  const isOurs = typeof type === "string" && /^spendtrail\.(?:request|response|audit)\.v\d+$/.test(type);
  return no(
    isOurs ? "unsupported_version" : "unknown_event_type",
    `type ${shown(type)} is none of ${EVENT_TYPES.join(", ")}`,
  );
}

const ID_MAX = 512;

function badIdentity(event: Readonly<Record<string, unknown>>): ReadEvent | null {
  for (const name of ["id", "source"] as const) {
    const part = event[name];
    if (typeof part !== "string" || part.trim() === "" || part.length > ID_MAX) {
      return no("bad_identity", `${name}: must be text of 1 to ${ID_MAX} characters`);
    }
  }
  return null;
}

function withSession(event: Readonly<Record<string, unknown>>): unknown {
  const { subject, data } = event;
  if (typeof subject !== "string" || typeof data !== "object" || data === null) return event;
  const session = (data as Record<string, unknown>)["session_id"];
  return session === undefined || session === null
    ? { ...event, data: { ...data, session_id: subject } }
    : event;
}

function contradiction(event: CanonicalEvent): ReadEvent | null {
  if (event.subject !== undefined && event.subject !== event.data.session_id) {
    return no("bad_shape", "subject: differs from data.session_id");
  }
  if (!("meters" in event.data)) return null;
  for (const meters of [event.data.meters, ...event.data.parts.map((part) => part.meters)]) {
    const sentence = meterContradiction(meters);
    if (sentence !== null) return no("meters_contradict", sentence);
  }
  const amount = event.data.gateway_cost?.amount ?? "0";
  return /^-.*[1-9]/.test(amount) ? no("bad_number", "data.gateway_cost.amount: is negative") : null;
}

function shown(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(scrubText(value).slice(0, 60))
    : `of kind ${typeof value}`;
}
