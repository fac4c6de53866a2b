import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { failure } from "#core/failure.ts";

/** What a cursor is bound to: edited, from another key or of another question, it is refused. */
export interface CursorBinding {
  readonly secret: Buffer;
  readonly keyId: string;
  /** The list and everything asked of it but the cursor and the page's size. */
  readonly question: unknown;
}

const MAC_BYTES = 16;
const Place = z.array(z.string().max(1024)).max(8);

/** An opaque cursor: the place of the last row of a page, sealed with HMAC-SHA256. */
export function sealCursor(binding: CursorBinding, place: readonly string[]): string {
  const payload = Buffer.from(JSON.stringify(place));
  return Buffer.concat([macOf(binding, payload), payload]).toString("base64url");
}

/** The place that a cursor of ours holds. @throws failure CURSOR_INVALID */
export function openCursor(binding: CursorBinding, cursor: string): readonly string[] {
  const bytes = Buffer.from(cursor, "base64url");
  const payload = bytes.subarray(MAC_BYTES);
  // Decoding skips foreign characters, so the text itself must be the one that was sealed.
  const genuine =
    bytes.toString("base64url") === cursor &&
    bytes.length > MAC_BYTES &&
    timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(binding, payload));
  if (!genuine) throw failure("CURSOR_INVALID");
  return Place.parse(JSON.parse(payload.toString()));
}

function macOf({ secret, keyId, question }: CursorBinding, payload: Buffer): Buffer {
  const bound = Buffer.from(JSON.stringify([keyId, question]));
  return createHmac("sha256", secret)
    .update(`${bound.length}:`)
    .update(bound)
    .update(payload)
    .digest()
    .subarray(0, MAC_BYTES);
}
