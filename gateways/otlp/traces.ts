import { addKeyValue } from "#gateways/otlp/attributes.ts";
import { listText, ObjectText, objectText } from "#gateways/otlp/object-text.ts";
import { numberOrNone, textOrNone, timeOrNone } from "#gateways/otlp/scalar-text.ts";
import type { WireReader } from "#gateways/otlp/wire-reader.ts";

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

/** A `Span` (opentelemetry/proto/trace/v1/trace.proto) as the members of its element, without resource and scope. */
export function spanMembers(span: WireReader): Record<string, string | null> {
  const attributes = new ObjectText();
  const events: string[] = [];
  const links: string[] = [];
  const members: Record<string, string | null> = { ...NO_SPAN };
  while (span.next()) {
    if (span.field === 9) addKeyValue(span.message(), attributes);
    else if (span.field === 11) events.push(eventText(span.message()));
    else if (span.field === 13) links.push(linkText(span.message()));
    else setMember(span, members);
  }
  members["attributes"] = attributes.text();
  members["events"] = listText(events);
  members["links"] = listText(links);
  return members;
}

/** The members of a span in the order of the element. */
export const NO_SPAN = {
  attributes: null,
  trace_id: null,
  span_id: null,
  parent_span_id: null,
  trace_state: null,
  name: null,
  kind: null,
  start_time_unix_nano: null,
  end_time_unix_nano: null,
  status: null,
  events: null,
  links: null,
} as const;

/** The element of a span. @param resource, scope JSON texts */
export function spanText(resource: string, scope: string, members: Record<string, string | null>): string {
  return objectText({ otlp: '"span"', resource, scope, ...members });
}

/** A status that says nothing (unset, no message) is left out. */
export function statusText(code: string | null, message: string | null): string | null {
  return code === null && message === null ? null : objectText({ code: code ?? "0", message });
}

function setMember(span: WireReader, members: Record<string, string | null>): void {
  switch (span.field) {
    case 1:
      members["trace_id"] = textOrNone(span.hex(TRACE_ID_BYTES));
      break;
    case 2:
      members["span_id"] = textOrNone(span.hex(SPAN_ID_BYTES));
      break;
    case 3:
      members["trace_state"] = textOrNone(span.latin1());
      break;
    case 4:
      members["parent_span_id"] = textOrNone(span.hex(SPAN_ID_BYTES));
      break;
    case 5:
      members["name"] = textOrNone(span.latin1());
      break;
    case 6:
      members["kind"] = numberOrNone(span.int32());
      break;
    case 7:
      members["start_time_unix_nano"] = timeOrNone(span.fixed64());
      break;
    case 8:
      members["end_time_unix_nano"] = timeOrNone(span.fixed64());
      break;
    case 15:
      members["status"] = readStatus(span.message());
      break;
    default:
      span.skip();
  }
}

function readStatus(status: WireReader): string | null {
  let code: string | null = null;
  let message: string | null = null;
  while (status.next()) {
    if (status.field === 2) message = textOrNone(status.latin1());
    else if (status.field === 3) code = numberOrNone(status.int32());
    else status.skip();
  }
  return statusText(code, message);
}

function eventText(event: WireReader): string {
  const attributes = new ObjectText();
  let time: string | null = null;
  let name: string | null = null;
  while (event.next()) {
    if (event.field === 1) time = timeOrNone(event.fixed64());
    else if (event.field === 2) name = textOrNone(event.latin1());
    else if (event.field === 3) addKeyValue(event.message(), attributes);
    else event.skip();
  }
  return objectText({ name, time_unix_nano: time, attributes: attributes.text() });
}

function linkText(link: WireReader): string {
  const attributes = new ObjectText();
  let trace: string | null = null;
  let span: string | null = null;
  let state: string | null = null;
  while (link.next()) {
    if (link.field === 1) trace = textOrNone(link.hex(TRACE_ID_BYTES));
    else if (link.field === 2) span = textOrNone(link.hex(SPAN_ID_BYTES));
    else if (link.field === 3) state = textOrNone(link.latin1());
    else if (link.field === 4) addKeyValue(link.message(), attributes);
    else link.skip();
  }
  return objectText({ trace_id: trace, span_id: span, trace_state: state, attributes: attributes.text() });
}
