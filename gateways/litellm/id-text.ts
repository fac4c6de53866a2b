import { scrubText } from "#core/redaction-shapes.ts";
import type { FieldReader } from "#gateways/field-reader.ts";

/** An id of LiteLLM's own at its full length, for the identity of an event; missing and "" are null. */
export function idText(value: unknown, name: string, fields: FieldReader): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value !== "string") return fields.fail("bad_identity", `${name} is no text`);
  return scrubText(value).toWellFormed();
}
