import { hash } from "node:crypto";

/**
 * Identity of one attempt: 128 bits of SHA-256 over the source's name and what the record itself says of the
 * attempt. Parts are length-prefixed, so ("a","bc") and ("ab","c") differ; null is not the empty string.
 * Settings, arrival and position never enter, so a re-post through any door at any time is the same event.
 */
export function eventId(source: string, parts: readonly (string | null)[]): string {
  const framed = [source, ...parts].map((part) =>
    part === null ? "-;" : `${Buffer.byteLength(part)}:${part};`,
  );
  return hash("sha256", framed.join(""), "hex").slice(0, 32);
}

/** Identity of a further part of a call: it follows from the call's own and from its place among the parts. */
export function partId(callEventId: string, index: number): string {
  return hash("sha256", `${callEventId}:part:${index}`, "hex").slice(0, 32);
}
