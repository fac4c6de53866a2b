import { addKeyValue, anyValueText } from "#gateways/otlp/attributes.ts";
import { ObjectText, objectText } from "#gateways/otlp/object-text.ts";
import { numberOrNone, textOrNone, timeOrNone } from "#gateways/otlp/scalar-text.ts";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "#gateways/otlp/traces.ts";
import type { WireReader } from "#gateways/otlp/wire-reader.ts";

/** A `LogRecord` (opentelemetry/proto/logs/v1/logs.proto) as the members of its element, without resource and scope. */
export function logMembers(log: WireReader): Record<string, string | null> {
  const attributes = new ObjectText();
  const members: Record<string, string | null> = { ...NO_LOG };
  while (log.next()) {
    switch (log.field) {
      case 1:
        members["time_unix_nano"] = timeOrNone(log.fixed64());
        break;
      case 2:
        members["severity_number"] = numberOrNone(log.int32());
        break;
      case 3:
        members["severity_text"] = textOrNone(log.latin1());
        break;
      case 5:
        members["body"] = anyValueText(log.message());
        break;
      case 6:
        addKeyValue(log.message(), attributes);
        break;
      case 8:
        members["flags"] = numberOrNone(log.fixed32());
        break;
      case 9:
        members["trace_id"] = textOrNone(log.hex(TRACE_ID_BYTES));
        break;
      case 10:
        members["span_id"] = textOrNone(log.hex(SPAN_ID_BYTES));
        break;
      case 11:
        members["observed_time_unix_nano"] = timeOrNone(log.fixed64());
        break;
      case 12:
        members["event_name"] = textOrNone(log.latin1());
        break;
      default:
        log.skip();
    }
  }
  members["attributes"] = attributes.text();
  return members;
}

/** The members of a log in the order of the element; the order on the wire may be any. */
export const NO_LOG = {
  attributes: null,
  time_unix_nano: null,
  observed_time_unix_nano: null,
  severity_number: null,
  severity_text: null,
  event_name: null,
  body: null,
  trace_id: null,
  span_id: null,
  flags: null,
} as const;

/** The element of a log. @param resource, scope JSON texts */
export function logText(resource: string, scope: string, members: Record<string, string | null>): string {
  return objectText({ otlp: '"log"', resource, scope, ...members });
}
