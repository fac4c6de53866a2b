import { classOfName } from "#core/redaction-names.ts";

export type Headers = Readonly<Record<string, unknown>> | null | undefined;

/**
 * A request's header whatever its case; of a repeated one (a list) the first. A header that holds a credential by
 * its name is never read, since the stored record does not have it.
 */
export function headerValue(headers: Headers, name: string): unknown {
  if (headers === null || headers === undefined) return undefined;
  const wanted = name.toLowerCase();
  if (classOfName(wanted, true) !== "none") return undefined;
  const value = Object.hasOwn(headers, wanted)
    ? headers[wanted]
    : Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1];
  return Array.isArray(value) ? value[0] : value;
}
