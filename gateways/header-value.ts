import { classOfName } from "#core/redaction-names.ts";

export type Headers = Readonly<Record<string, unknown>> | null | undefined;

/**
 * A request's header whatever its case; of a repeated one (a list) the first. A header that holds a credential by
 * its name is never read, since the stored record does not have it.
 */
export function headerValue(headers: Headers, name: string): unknown {
  if (headers === null || headers === undefined) return undefined;
  const wanted = name.toLowerCase();
  if (isCredential(wanted)) return undefined;
  const value = Object.hasOwn(headers, wanted) ? headers[wanted] : inAnyCase(headers, wanted);
  return Array.isArray(value) ? value[0] : value;
}

/** The names come from adapters and from sources' settings: few, and asked again for every record. */
function isCredential(name: string): boolean {
  const known = CREDENTIALS.get(name);
  if (known !== undefined) return known;
  const is = classOfName(name, true) !== "none";
  CREDENTIALS.set(name, is);
  return is;
}

const CREDENTIALS = new Map<string, boolean>();

/** Adapters ask for a dozen names a record, so nothing is built and few keys are lowered. */
function inAnyCase(headers: Readonly<Record<string, unknown>>, wanted: string): unknown {
  for (const key of Object.keys(headers))
    if (key.length === wanted.length && key.toLowerCase() === wanted) return headers[key];
  return undefined;
}
