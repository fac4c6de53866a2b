import { CREDENTIAL_MARKER, contentMarker } from "#core/redaction-markers.ts";
import type { CompiledRules } from "#core/redaction-rules.ts";
import { containerAfterName, scrubText } from "#core/redaction-shapes.ts";

/**
 * Text that is no JSON, or no longer: secrets go by shape and by name, persons by name, and from the first name of
 * a content member on everything goes, because nothing says where that content ends; likewise from the first list
 * or object under the name of a credential.
 */
export function scrubRest(text: string, rules: CompiledRules): string {
  const content = earliest(firstName(text, rules.contentNames), containerAfterName(text));
  const kept = scrubPersons(scrubText(content === -1 ? text : text.slice(0, content)), rules.personNames);
  if (content === -1) return kept;
  const cut = text.slice(content);
  return CUT.test(cut) ? kept + cut : `${kept}"${contentMarker(Buffer.byteLength(cut))}"`;
}

function earliest(one: number, other: number): number {
  return one === -1 ? other : other === -1 ? one : Math.min(one, other);
}

const CUT = /^"\[content \d{1,12} bytes\]"$/;

/** Index of the first quoted name that is followed by a colon, or -1. */
function firstName(text: string, names: readonly string[]): number {
  if (names.length === 0) return -1;
  return text.search(new RegExp(`\\\\*["'](?:${names.map(escaped).join("|")})\\\\*["']\\s{0,8}:`, "i"));
}

function scrubPersons(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  const person = new RegExp(
    `(\\\\*["'](?:${names.map(escaped).join("|")})\\\\*["']\\s{0,8}:\\s{0,8})(?!null|\\\\*["']u_[0-9a-f]{32})(?:\\\\*"[^"]*"?|[^\\s,}\\]]+)`,
    "gi",
  );
  return text.replaceAll(person, `$1"${CREDENTIAL_MARKER}"`);
}

const escaped = (name: string): string => name.replaceAll(/[^a-z0-9_]/gi, "\\$&");
