import { isUtf8 } from "node:buffer";
import type { RedactionRules } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";

/** A reject of which nothing is understood keeps its beginning; 64 KiB shows what it was. */
export const REJECT_BYTES_MAX = 64 * 1024;

/** The rules for a record whose gateway is unknown or whose text could not be read: the usual names of content and people. */
export const REJECT_RULES: RedactionRules = {
  credential: [],
  content: [
    "messages",
    "message",
    "prompt",
    "completion",
    "content",
    "response",
    "input",
    "output",
    "body",
    "payload",
  ],
  person: ["user", "end_user", "user_id", "user_email", "email", "username"],
};

/**
 * What is kept of a value that could not be read as a record: valid UTF-8 text without credentials and content.
 * Bytes that are not UTF-8 are taken as Latin-1, one character a byte, so nothing is lost. Cut at `bytesMax`
 * bytes, after scrubbing (a cut through a secret would hide its shape), and the cut says the full length.
 */
export function scrubBytes(
  bytes: Buffer,
  rules: RedactionRules = REJECT_RULES,
  person: (value: string) => string = () => "[person]",
  bytesMax: number = REJECT_BYTES_MAX,
): string {
  // A secret may straddle the window's end; it is scrubbed with the margin in view and cut afterwards.
  const window = bytes.subarray(0, bytesMax + MARGIN);
  const text = isUtf8(bytes) ? wholeCharacters(window) : window.toString("latin1");
  const scrubbed = redact(text, rules, person).toWellFormed();
  if (bytes.length <= bytesMax) return scrubbed;
  const kept = wholeCharacters(Buffer.from(scrubbed).subarray(0, bytesMax));
  return `${kept}…[cut: ${bytes.length} bytes in full]`;
}

const MARGIN = 4096;

/** UTF-8 text of a window that may end inside a character. */
function wholeCharacters(window: Buffer): string {
  let end = window.length;
  while (end > 0 && end > window.length - 4 && !isUtf8(window.subarray(0, end))) end--;
  return window.toString("utf8", 0, end);
}
