import type { IncomingHttpHeaders } from "node:http";
import { scrubText } from "#core/redaction-shapes.ts";

const ATTRIBUTES_MAX = 64;

/**
 * CloudEvents' binary mode from HTTP to Kafka: each `ce-name` becomes `ce_name` (Kafka binding section 3.2.3), with
 * HTTP's percent-encoding undone (HTTP binding section 3.1.3.2). null: the request is not in binary mode. A value
 * that cannot be decoded stays as it came and becomes a reject downstream.
 */
export function binaryModeHeaders(
  headers: IncomingHttpHeaders,
  mediaType: string,
): Readonly<Record<string, string>> | null {
  if (headers["ce-specversion"] === undefined || mediaType.startsWith("application/cloudevents")) return null;
  const attributes = Object.entries(headers).flatMap(([name, value]) => {
    const attribute = /^ce-([a-z0-9]{1,64})$/.exec(name)?.[1];
    return attribute === undefined || typeof value !== "string" ? [] : [[`ce_${attribute}`, text(value)]];
  });
  return Object.fromEntries(attributes.slice(0, ATTRIBUTES_MAX));
}

function text(value: string): string {
  try {
    return scrubText(decodeURIComponent(value.replace(/^"(.*)"$/, "$1")));
  } catch {
    return scrubText(value);
  }
}
