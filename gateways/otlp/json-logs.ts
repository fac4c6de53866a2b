import {
  anyValueJson,
  attributesJson,
  isObject,
  type JsonObject,
  member,
} from "#gateways/otlp/json-attributes.ts";
import { idJson, numberJson, textJson, timeJson } from "#gateways/otlp/json-scalars.ts";
import { logText } from "#gateways/otlp/logs.ts";

/** The element of a `LogRecord` in OTLP's JSON. */
export function logJson(resource: string, scope: string, log: JsonObject): string {
  return logText(resource, scope, {
    attributes: attributesJson(log["attributes"]),
    time_unix_nano: timeJson(member(log, "timeUnixNano", "time_unix_nano")),
    observed_time_unix_nano: timeJson(member(log, "observedTimeUnixNano", "observed_time_unix_nano")),
    severity_number: numberJson(member(log, "severityNumber", "severity_number")),
    severity_text: textJson(member(log, "severityText", "severity_text")),
    event_name: textJson(member(log, "eventName", "event_name")),
    body: bodyJson(log["body"]),
    trace_id: idJson(member(log, "traceId", "trace_id")),
    span_id: idJson(member(log, "spanId", "span_id")),
    flags: numberJson(log["flags"]),
  });
}

function bodyJson(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  return isObject(body) ? anyValueJson(body) : JSON.stringify(body);
}
