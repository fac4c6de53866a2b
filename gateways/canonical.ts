import type { Adapter } from "#core/adapter.ts";
import { readCloudEvent } from "#core/cloudevents.ts";
import { AUDIT_TYPE, REQUEST_TYPE, RESPONSE_TYPE } from "#core/event.ts";
import { eventId } from "#core/identity.ts";
import { redact } from "#core/redaction.ts";
import { CREDENTIAL_MARKER } from "#core/redaction-markers.ts";
import { looksRandom, scrubText } from "#core/redaction-shapes.ts";
import { ok } from "#core/result.ts";
import { unreachable } from "#core/unreachable.ts";
import { FieldReader, personName } from "#gateways/field-reader.ts";

/**
 * Canonical events (`docs/events.md`) as CloudEvents, structured or binary: what emitters of our own contract
 * send. Identity is CloudEvents' `source` with `id`, both opaque and compared exactly (upper and lower case
 * differ), under the name of our source.
 */
export const canonical: Adapter = {
  gateway: "canonical",
  version: 1,
  redaction: {
    credential: [],
    // The contract holds no content; an emitter that adds some is rejected, and its bytes are stored without it.
    content: ["messages", "prompt", "completion", "content", "request_body", "response_body"],
    person: ["user", "end_user"],
  },
  adapt(element, { source, headers }) {
    const { rest, people } = withoutPeople(element);
    const event = readCloudEvent(rest, headers, headers.get("content-type") ?? null);
    if (!event.ok) return event;
    // Secrets are cut out here as they are in the stored bytes, or a replay would give other rows.
    const fields = new FieldReader();
    const clean = withoutSecrets(event.value, fields);
    if (fields.fault !== null) return fields.fault;
    const identity = {
      eventId: eventId(source.name, [clean.source, clean.id]),
      identityQuality: "vendor",
    } as const;
    switch (clean.type) {
      case REQUEST_TYPE:
        return ok([{ ...identity, kind: "request", data: { ...clean.data, ...people } }]);
      case RESPONSE_TYPE:
        return ok([{ ...identity, kind: "response", data: { ...clean.data, ...people } }]);
      case AUDIT_TYPE:
        return ok([{ ...identity, kind: "audit", data: { ...clean.data, ...people } }]);
      default:
        return unreachable(clean);
    }
  },
};

/** People are stored as pseudonyms, so any text or number names one, however long; the contract's bounds are a pseudonym's. */
function withoutPeople(element: unknown): { readonly rest: unknown; readonly people: People } {
  if (!isObject(element)) return { rest: element, people: {} };
  const isStructured = isObject(element["data"]);
  const data = isStructured ? (element["data"] as Json) : element;
  const rest = { ...data };
  const people: Record<string, string | null> = {};
  for (const name of ["user", "end_user"] as const) {
    if (typeof rest[name] !== "string" && typeof rest[name] !== "number") continue;
    people[name] = personName(rest[name]);
    delete rest[name];
  }
  return { rest: isStructured ? { ...element, data: rest } : rest, people };
}

type Json = Readonly<Record<string, unknown>>;
type People = { readonly user?: string | null; readonly end_user?: string | null };

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every text of an event as it is stored. */
function withoutSecrets<Value>(value: Value, fields: FieldReader, name = "the event"): Value {
  if (typeof value === "string")
    return (name === "api_key" ? keyOrHash(value) : textAsStored(value, fields, name)) as Value;
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, fields, name)) as Value;
  if (typeof value !== "object" || value === null) return value;
  const members: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    members[key] =
      typeof member === "number" || member === null ? member : withoutSecrets(member, fields, key);
  return members as Value;
}

/** An opaque id may look like JSON: then it is what redaction leaves of it. */
function textAsStored(value: string, fields: FieldReader, name: string): string {
  const plain = new FieldReader();
  const text = plain.text(value, name);
  if (plain.fault === null) return text ?? value;
  const stored = JSON.parse(
    redact(JSON.stringify({ [name]: value }), canonical.redaction, (person) => person),
  );
  const kept: unknown = (stored as Readonly<Record<string, unknown>>)[name];
  return typeof kept === "string" ? kept : (fields.fail("bad_shape", `${name} is no text`) ?? value);
}

/** As core/redaction.ts has it: a hash or an alias stays, a key goes as a whole. */
function keyOrHash(value: string): string {
  return looksRandom(value) || scrubText(value) !== value ? CREDENTIAL_MARKER : value;
}
