import type { AdaptContext } from "#core/adapter.ts";
import { claimed } from "#gateways/field-reader.ts";
import { MESSAGE_ID } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { otlpId } from "#gateways/otlp/element.ts";
import { type RecordIdentity, recordIdentity } from "#gateways/record-identity.ts";

/**
 * A span is itself. A log record of a call within a span that has the same response id is the same event, since some
 * emitters write both; without a response id several calls may have logged within one span, so its time counts too.
 */
export function identityOf(reading: Reading, context: AdaptContext): RecordIdentity {
  const { element, service } = reading;
  const [trace, span] = [otlpId(element.trace_id), otlpId(element.span_id)];
  const response = reading.text(...MESSAGE_ID);
  if (service.isOneResponse === true && trace !== null && response !== null)
    return recordIdentity([trace, response], context);
  if (element.otlp === "span")
    return recordIdentity(trace === null || span === null ? null : [trace, span, response], context);
  const time = claimed(element.time_unix_nano);
  if (response !== null && span !== null) return recordIdentity([trace, span, response], context);
  if (response !== null) return recordIdentity(["log", response], context);
  return recordIdentity(span === null || time === null ? null : ["log", trace, span, time], context);
}
