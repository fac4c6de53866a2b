import type { AdaptContext } from "#core/adapter.ts";
import { idOfCall } from "#gateways/claude-code/call-id.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import { claimed } from "#gateways/field-reader.ts";
import { otlpId } from "#gateways/otlp/element.ts";
import { type RecordIdentity, recordIdentity } from "#gateways/record-identity.ts";

/**
 * A call is its provider's request id within its session, and nothing else: its log record and its span then are one
 * event, if a source is fed with both. Without such an id, and for everything that is no call, it is the place in the
 * session (`event.sequence` begins anew with each process, so with its time), or the span.
 */
export function identityOf(signal: Signal, isCall: boolean, context: AdaptContext): RecordIdentity {
  const session = signal.text("session.id");
  const id = isCall ? idOfCall(signal) : null;
  if (id !== null) return recordIdentity(["call", session, id], context);
  return recordIdentity(placeOf(signal, session, isCall), context);
}

function placeOf(signal: Signal, session: string | null, isCall: boolean): (string | null)[] | null {
  const { element, name } = signal;
  if (element.otlp === "span") {
    const [trace, span] = [otlpId(element.trace_id), otlpId(element.span_id)];
    return trace === null || span === null ? null : ["span", trace, span];
  }
  const time = signal.text("event.timestamp") ?? claimed(element.time_unix_nano);
  const sequence = signal.text("event.sequence");
  if (session === null || time === null) return null;
  if (sequence !== null) return ["event", session, name, sequence, time];
  // Two calls of a session that end in the same millisecond with the same figures are one; two audit events need not be.
  if (!isCall) return null;
  return ["event", session, name, time, ...FIGURES.map((figure) => signal.text(figure))];
}

const FIGURES = [
  "model",
  "duration_ms",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
  "status_code",
  "attempt",
] as const;
