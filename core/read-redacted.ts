import type { RedactionRules } from "#core/adapter.ts";
import { readElement, readText } from "#core/json/read-record.ts";
import { redact, redactSound } from "#core/redaction.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { ok, type Result } from "#core/result.ts";

/** A record as it is stored, and what that text says. */
export interface RedactedRecord {
  readonly stored: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads one element and cuts out what must not be stored. One pass over the text finds what goes and what makes a
 * record unsound; only what is left is parsed, so content that is dropped costs a look for its end. Unlike
 * `readElement`, it therefore takes a record whose dropped content has a key twice: nobody will read that.
 */
export function readRedacted(
  bytes: Buffer,
  rules: RedactionRules,
  person: (name: string) => string,
): Result<RedactedRecord, RejectReason> {
  const text = readText(bytes);
  if (!text.ok) return text;
  const sound = redactSound(text.value, rules, person, text.value.length === bytes.length);
  const value = sound === null ? undefined : parsed(sound);
  if (sound !== null && value !== undefined) return ok({ stored: sound, value });
  // Something is wrong: read again in the order that names the fault best.
  const read = readElement(bytes);
  if (!read.ok) return read;
  const stored = redact(read.value.text, rules, person);
  return ok({ stored, value: JSON.parse(stored) });
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
