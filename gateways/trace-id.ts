import { claimed } from "#gateways/field-reader.ts";
import { type Headers, headerValue } from "#gateways/header-value.ts";

/** The trace of a request's `traceparent` header (W3C Trace Context); null without one. */
export function traceIdOf(headers: Headers): string | null {
  const parent = claimed(headerValue(headers, "traceparent")) ?? "";
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(parent)?.[1] ?? null;
}
