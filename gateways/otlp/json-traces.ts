import { attributesJson, isObject, type JsonObject, member } from "#gateways/otlp/json-attributes.ts";
import { idJson, numberJson, textJson, timeJson } from "#gateways/otlp/json-scalars.ts";
import { listText, objectText } from "#gateways/otlp/object-text.ts";
import { spanText, statusText } from "#gateways/otlp/traces.ts";

/** The element of a `Span` in OTLP's JSON. */
export function spanJson(resource: string, scope: string, span: JsonObject): string {
  return spanText(resource, scope, {
    attributes: attributesJson(span["attributes"]),
    trace_id: idJson(member(span, "traceId", "trace_id")),
    span_id: idJson(member(span, "spanId", "span_id")),
    parent_span_id: idJson(member(span, "parentSpanId", "parent_span_id")),
    trace_state: textJson(member(span, "traceState", "trace_state")),
    name: textJson(span["name"]),
    kind: numberJson(span["kind"]),
    start_time_unix_nano: timeJson(member(span, "startTimeUnixNano", "start_time_unix_nano")),
    end_time_unix_nano: timeJson(member(span, "endTimeUnixNano", "end_time_unix_nano")),
    status: statusJson(span["status"]),
    events: eachJson(span["events"], eventJson),
    links: eachJson(span["links"], linkJson),
  });
}

function statusJson(status: unknown): string | null {
  if (status === undefined || status === null) return null;
  if (!isObject(status)) return JSON.stringify(status);
  return statusText(numberJson(status["code"]), textJson(status["message"]));
}

function eventJson(event: JsonObject): string {
  return objectText({
    name: textJson(event["name"]),
    time_unix_nano: timeJson(member(event, "timeUnixNano", "time_unix_nano")),
    attributes: attributesJson(event["attributes"]),
  });
}

function linkJson(link: JsonObject): string {
  return objectText({
    trace_id: idJson(member(link, "traceId", "trace_id")),
    span_id: idJson(member(link, "spanId", "span_id")),
    trace_state: textJson(member(link, "traceState", "trace_state")),
    attributes: attributesJson(link["attributes"]),
  });
}

function eachJson(list: unknown, text: (item: JsonObject) => string): string | null {
  if (list === undefined || list === null) return null;
  return Array.isArray(list) && list.every(isObject) ? listText(list.map(text)) : JSON.stringify(list);
}
