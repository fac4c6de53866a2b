import type { IncomingHttpHeaders } from "node:http";

/** What may stand in a test call: nothing, an empty object or list, or an empty list of either OTLP signal. */
const EMPTY = /^\s*(?:\{\s*(?:"resource(?:Spans|Logs)"\s*:\s*\[\s*\]\s*)?\}|\[\s*\])?\s*$/;
const EMPTY_BYTES_MAX = 256;

/**
 * OpenRouter's Broadcast proves an address by an empty call with `X-Test-Connection: true` and goes by the status
 * (openrouter.ai/docs, Broadcast to a webhook). The header alone makes nothing a test: a call with records is one with records.
 */
export function isConnectionTest(headers: IncomingHttpHeaders, body: Buffer): boolean {
  if (headers["x-test-connection"] !== "true" || body.length > EMPTY_BYTES_MAX) return false;
  return EMPTY.test(body.toString("latin1"));
}
