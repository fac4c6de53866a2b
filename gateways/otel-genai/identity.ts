import type { AdaptContext } from "#core/adapter.ts";
import { claimed } from "#gateways/field-reader.ts";
import { MESSAGE_ID } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { otlpId } from "#gateways/otlp/element.ts";
import { type RecordIdentity, recordIdentity } from "#gateways/record-identity.ts";

/**
 * The identity of a call. A span is itself. A log record of a call within a span that has the same response id is the
 * same event, since some emitters write both; without a response id several calls may have logged within one span, so
 * its time counts too.
 */
export function callIdentity(reading: Reading, context: AdaptContext): RecordIdentity {
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

/**
 * The identity of what happened beside a call: never the call's own, though it may lie in the call's span and name its
 * response, as an evaluation's result does (a span may have several) and LiteLLM's raw request.
 */
export function auditIdentity(reading: Reading, action: string, context: AdaptContext): RecordIdentity {
  const { element } = reading;
  const [trace, span] = [otlpId(element.trace_id), otlpId(element.span_id)];
  if (element.otlp === "span")
    return recordIdentity(trace === null || span === null ? null : ["audit", trace, span], context);
  const time = claimed(element.time_unix_nano) ?? claimed(element.observed_time_unix_nano);
  const response = reading.text(...MESSAGE_ID);
  if (time === null || (span === null && response === null)) return recordIdentity(null, context);
  const about = reading.text("gen_ai.evaluation.name", "gen_ai.tool.call.id");
  return recordIdentity(["audit", trace, span, response, time, action, about], context);
}
