const PARAMETERS_MAX = 1000;

/**
 * Reads a query string: one value is a text, a repeated key is a list. Nothing else has a meaning: `a[]=1` is a key
 * named `a[]`, which no route knows.
 *
 * It must not throw: the router calls it outside of any handler of errors. What cannot be taken becomes a key that
 * no route knows either, so that the answer names it. (`__proto__` is renamed because zod passes over that key.)
 */
export function parseQueryString(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null);
  let count = 0;
  for (const [key, value] of new URLSearchParams(text)) {
    count++;
    if (count > PARAMETERS_MAX) return { [`more than ${PARAMETERS_MAX} parameters`]: "" };
    const name = key === "__proto__" ? "__proto__ (never a parameter)" : key;
    const before = found[name];
    if (before === undefined) found[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else found[name] = [before, value];
  }
  return found;
}
