import { z } from "zod";
import type { RejectReason } from "#core/reject-reason.ts";
import type { Result } from "#core/result.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { shaped } from "#gateways/shaped.ts";

/** Flat: the names hold dots. A value is text, a flag, a number, a list, an object, or null. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Not `z.record`, which would copy hundreds of members to say what `typeof` says. */
const attributes = z.custom<Attributes>(isObject, "is no object").default({});
const leaf = z.unknown().optional();

const common = {
  resource: attributes,
  scope: z.object({ name: leaf, version: leaf, attributes }).default({ attributes: {} }),
  attributes,
  trace_id: leaf,
  span_id: leaf,
} as const;

/** One log record of OTLP with its resource and scope, as `gateways/otlp/decode.ts` writes it. */
export const OtlpLog = z.object({
  otlp: z.literal("log"),
  ...common,
  time_unix_nano: leaf,
  observed_time_unix_nano: leaf,
  severity_number: leaf,
  severity_text: leaf,
  event_name: leaf,
  body: leaf,
  flags: leaf,
});
export type OtlpLog = z.infer<typeof OtlpLog>;

/** One span of OTLP with its resource and scope. */
export const OtlpSpan = z.object({
  otlp: z.literal("span"),
  ...common,
  parent_span_id: leaf,
  trace_state: leaf,
  name: leaf,
  kind: leaf,
  start_time_unix_nano: leaf,
  end_time_unix_nano: leaf,
  status: z.object({ code: leaf, message: leaf }).optional(),
  events: leaf,
  links: leaf,
});
export type OtlpSpan = z.infer<typeof OtlpSpan>;

/**
 * What an OTLP source's records are, whatever door or topic they came through: opentelemetry-proto's `LogRecord` and
 * `Span` with plain JSON values. Times are digits of nanoseconds, ids lower-case hex, int64 beyond 2^53 digits in a
 * string; an absent member is left out. Lenient on values: each is judged where it is read.
 */
export const OtlpElement = z.discriminatedUnion("otlp", [OtlpLog, OtlpSpan]);
export type OtlpElement = z.infer<typeof OtlpElement>;

/** An element as it is read; another JSON object is a reject that says what was due. */
export function parseOtlpElement(element: unknown): Result<OtlpElement, RejectReason> {
  return shaped(OtlpElement, element);
}

/** The value of the first of these attributes that is there and not empty; null where none is. */
export function attributeValue(from: Attributes, ...names: readonly string[]): unknown {
  for (const name of names) {
    if (!Object.hasOwn(from, name)) continue;
    const value = from[name];
    if (value !== null && value !== undefined && value !== "") return value;
  }
  return null;
}

/** The text of the first of these attributes that is there; a client can set it, so it never makes a reject. */
export function attributeText(from: Attributes, ...names: readonly string[]): string | null {
  return claimed(attributeValue(from, ...names));
}

/**
 * A count that emitters write under different names; null where none of them is there. Under two names it has to be
 * the same: one that is not could be of another convention, and is a fault.
 */
export function attributeCount(
  from: Attributes,
  names: readonly string[],
  fields: FieldReader,
): number | null {
  let found: number | null = null;
  for (const name of names) {
    const value = attributeValue(from, name);
    if (value === null) continue;
    found = fields.agreed(name, found, fields.count(value, name));
  }
  return found;
}

/** A trace's or span's id: hex digits, not all 0 (W3C Trace Context: then it is invalid); null for anything else. */
export function otlpId(value: unknown): string | null {
  if (typeof value !== "string" || !/^(?:[0-9a-f]{32}|[0-9a-f]{16})$/.test(value)) return null;
  return /^0+$/.test(value) ? null : value;
}

/**
 * A time that an element states, for `readCallTimes`; OTLP's 0 is "unknown". It is left as it stands: nanoseconds
 * have 19 digits, and `readEventTime` reads them through BigInt.
 */
export function otlpTime(value: unknown): unknown {
  return value === "0" || value === 0 ? null : value;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
