import { type Members, membersOf } from "#gateways/anthropic/members.ts";

/** The members of a `content_block_delta` that hold what the model wrote (Anthropic, "Streaming messages"). */
const WRITTEN = ["text", "thinking", "partial_json", "content"];
const MARKER = /^\[content (\d{1,12}) bytes\]$/;

/**
 * How many bytes of output a stream's events have carried: of the text itself, or of the marker that stands in its
 * place, which keeps the length. Both are the length as JSON text; where the gateway wrote more escapes than needed
 * (`\u00e9`), the marker's is the longer one.
 */
export function sentBytes(events: readonly Members[]): number {
  let bytes = 0;
  for (const event of events) {
    const delta = event["type"] === "content_block_delta" ? membersOf(event["delta"]) : null;
    if (delta !== null) for (const name of WRITTEN) bytes += bytesOf(delta[name]);
  }
  return bytes;
}

function bytesOf(written: unknown): number {
  const marker = typeof written === "string" ? MARKER.exec(written) : null;
  if (marker !== null) return Number(marker[1]);
  const isEmpty = written === null || written === undefined || typeof written === "boolean";
  const json = isEmpty ? "" : JSON.stringify(written);
  if (json === "[]" || json === "{}") return 0;
  return Buffer.byteLength(json) - (typeof written === "string" ? 2 : 0);
}

/** "About 4 characters a token of the text already sent": how Anthropic's Claude apps gateway bills aborted calls. */
const BYTES_PER_TOKEN = 4;

/** The output tokens that a stream's events must at least have cost. */
export function floorEstimate(bytes: number): number {
  return Math.floor(bytes / BYTES_PER_TOKEN);
}
