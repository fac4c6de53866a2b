import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

export type Envelope = Readonly<Record<string, unknown>>;

/** Context attributes and data as one object, from structured or binary mode; nothing of the contract is checked. */
export function envelopeOf(
  value: unknown,
  headers: ReadonlyMap<string, string>,
  contentType: string | null,
): Result<Envelope, RejectReason> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return no("not_a_record", "is no JSON object where an event was due");
  }
  const label = (contentType ?? "").trim().toLowerCase();
  // Kafka binding section 3: structured is recognised by the prefix of the content type, whatever the headers say.
  const isStructured = label.startsWith("application/cloudevents");
  const isBinary = headers.has("ce_specversion") || headers.has("ce-specversion");
  return !isStructured && isBinary ? binary(value, headers, label) : structured({ ...value });
}

function structured(event: Record<string, unknown>): Result<Envelope, RejectReason> {
  if ("data_base64" in event) return no("bad_shape", "data_base64: must be JSON in `data`");
  const format = event["datacontenttype"];
  if (format === undefined || format === null) return ok(without(event, "datacontenttype"));
  if (typeof format !== "string" || !isJson(format.toLowerCase())) {
    return no("bad_shape", "datacontenttype: must be application/json");
  }
  return ok({ ...event, datacontenttype: "application/json" });
}

/** `ce_name` on Kafka, `ce-name` over HTTP (there percent-encoded, HTTP binding section 3.1.3.2). */
function binary(
  data: object,
  headers: ReadonlyMap<string, string>,
  label: string,
): Result<Envelope, RejectReason> {
  if (label !== "" && !isJson(label)) return no("bad_shape", "content-type: must be application/json");
  const event: Record<string, unknown> = { data };
  for (const [name, value] of headers) {
    const attribute = /^ce([_-])([a-z0-9]{1,64})$/.exec(name.toLowerCase());
    const [, door, key] = attribute ?? [];
    // `data` is the value itself; a header may not replace it.
    if (key === undefined || key === "data") continue;
    const text = door === "-" ? percentDecoded(value) : value;
    if (text === null) return no("bad_shape", `${name}: is not percent-encoded UTF-8`);
    event[key] = text;
  }
  return ok(event);
}

function isJson(label: string): boolean {
  return /^(?:application|text)\/(?:json|[a-z0-9.-]+\+json)\s*(?:;|$)/.test(label);
}

function percentDecoded(value: string): string | null {
  try {
    return decodeURIComponent(value.replace(/^"(.*)"$/, "$1"));
  } catch {
    return null;
  }
}

function without(event: Record<string, unknown>, name: string): Envelope {
  const { [name]: _, ...rest } = event;
  return rest;
}
