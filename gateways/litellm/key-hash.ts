import { CREDENTIAL_MARKER } from "#core/redaction-markers.ts";
import { looksRandom } from "#core/redaction-shapes.ts";
import { claimed } from "#gateways/field-reader.ts";

/** A key's SHA-256, or its name for keys that have none (`litellm_proxy_master_key`); a key itself is dropped. */
export function keyHash(value: unknown): string | null {
  const text = claimed(value);
  return text === null || text.includes(CREDENTIAL_MARKER) || looksRandom(text) ? null : text;
}
