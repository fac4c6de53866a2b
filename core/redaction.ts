import type { RedactionRules } from "#core/adapter.ts";
import { type CompiledRules, compileRules } from "#core/redaction-rules.ts";
import { mayHoldSecret } from "#core/redaction-shapes.ts";
import { Redactor } from "#core/redactor.ts";

/**
 * A record's JSON text without what must not be stored; everything else stays byte for byte as it was, since
 * markers are spliced in and nothing is written anew. Credentials go by name (at any depth, also in JSON inside
 * strings) and by shape (inside any string or key), content becomes `"[content N bytes]"` with the length of its
 * JSON text, a person becomes what `person` says (`userRef`). null, booleans and empty values stay: they hold
 * nothing. Idempotent. Text that turns out not to be JSON is redacted up to the fault and scrubbed by pattern
 * from there on. Returns the very same string when there was nothing to cut. `isAscii`: the caller knows that every
 * character is one byte.
 */
export function redact(
  text: string,
  rules: RedactionRules,
  person: (value: string) => string,
  isAscii = false,
): string {
  return run(text, compileRules(rules), person, isAscii).text;
}

/**
 * As `redact`, for text that is one sound JSON object; null for any other: what `JSON.parse` and `scanJson` refuse
 * (a key that stands twice, `__proto__`, nesting too deep). Two things only it does not see: the inside of content
 * that goes, and a fault that `JSON.parse` of the answer finds.
 */
export function redactSound(
  text: string,
  rules: RedactionRules,
  person: (value: string) => string,
  isAscii = false,
): string | null {
  const redacted = run(text, compileRules(rules), person, isAscii);
  return redacted.isSound ? redacted.text : null;
}

/**
 * Looking for the shapes of secrets costs more than all the rest, so it is done only where a look at what would be kept
 * says that there may be one: at that, and not at the whole text, most of which may be content that goes.
 */
function run(text: string, rules: CompiledRules, person: (value: string) => string, isAscii: boolean) {
  const redactor = new Redactor(text, rules, person, rules.root(), { isCareful: false, isAscii });
  const kept = redactor.run();
  if (!mayHoldSecret(kept)) return { text: kept, isSound: redactor.isSound };
  const careful = new Redactor(text, rules, person, rules.root(), { isCareful: true, isAscii });
  return { text: careful.run(), isSound: careful.isSound };
}
