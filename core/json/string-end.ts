/**
 * Index just after the closing quote of the JSON string that opens at `start`, or -1 when it never closes.
 * Jumps from quote to quote with the engine's own search and counts the backslashes before each, so a long
 * string costs one memory scan; each backslash is looked at once, so the whole stays linear.
 */
export function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    // The opening quote ends the run at the latest; an even run escapes itself and not the quote.
    if ((quote - 1 - before) % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return -1;
}

const BACKSLASH = 92;
