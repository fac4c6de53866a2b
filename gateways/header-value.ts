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
  const value = Object.hasOwn(headers, wanted) ? headers[wanted] : inAnyCase(headers, wanted);
  return Array.isArray(value) ? value[0] : value;
}

/** Adapters ask for a dozen names a record, so nothing is built and few keys are lowered. */
function inAnyCase(headers: Readonly<Record<string, unknown>>, wanted: string): unknown {
  for (const key of Object.keys(headers))
    if (key.length === wanted.length && key.toLowerCase() === wanted) return headers[key];
  return undefined;
}
