import { createHash } from "node:crypto";

/**
 * Identity of one attempt: 128 bits of SHA-256 over the source's name and what the record itself says of the
 * attempt. Parts are length-prefixed, so ("a","bc") and ("ab","c") differ; null is not the empty string.
 * Settings, arrival and position never enter, so a re-post through any door at any time is the same event.
 */
export function eventId(source: string, parts: readonly (string | null)[]): string {
  const hash = createHash("sha256");
  for (const part of [source, ...parts]) {
    if (part === null) hash.update("-;");
    else
      hash
        .update(`${Buffer.byteLength(part)}:`)
        .update(part)
        .update(";");
  }
  return hash.digest("hex").slice(0, 32);
}

/** Identity of a further part of a call: it follows from the call's own and from its place among the parts. */
export function partId(callEventId: string, index: number): string {
  return createHash("sha256").update(`${callEventId}:part:${index}`).digest("hex").slice(0, 32);
}
