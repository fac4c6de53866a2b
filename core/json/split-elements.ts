import type { Span } from "#core/json/scan.ts";
import { stringEnd } from "#core/json/string-end.ts";
import { afterSpace } from "#core/json/tokens.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

/** LiteLLM posts up to 512 records at once, Kong up to 200; an array bomb has millions. */
export const ELEMENTS_MAX = 10_000;

export interface SplitLimits {
  readonly elementsMax?: number;
}

/**
 * The records in a body or a message, as exact substrings: the elements of a top-level array, the lines of
 * NDJSON, or the one document. The shape is told from the text, because LiteLLM labels NDJSON application/json.
 * Only brackets and quotes are looked at, so an element that is no JSON (a NaN, a missing comma) becomes a reject
 * of its own and the others live. Not splittable at all is `not_json`: an array that never closes, brackets that
 * do not match, text after the array.
 */
export function splitElements(
  text: string,
  limits: SplitLimits = {},
): Result<readonly string[], RejectReason> {
  const spans = elementSpans(text, limits);
  return spans.ok ? ok(spans.value.map(({ start, end }) => text.slice(start, end))) : spans;
}

/**
 * As `splitElements`, on bytes and without copying them. Works before UTF-8 is checked (everything that JSON
 * splits by is ASCII), so that one element with a broken character costs only itself.
 */
export function splitBytes(bytes: Buffer, limits: SplitLimits = {}): Result<readonly Buffer[], RejectReason> {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = hasMark ? bytes.subarray(3) : bytes;
  const spans = elementSpans(body.toString("latin1"), limits);
  return spans.ok ? ok(spans.value.map(({ start, end }) => body.subarray(start, end))) : spans;
}

function elementSpans(
  text: string,
  { elementsMax = ELEMENTS_MAX }: SplitLimits,
): Result<readonly Span[], RejectReason> {
  const bare = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const start = afterSpace(text, bare);
  if (start === text.length) return no("empty_value", "is empty");
  const spans =
    text[start] === "[" ? arraySpans(text, start, elementsMax) : documentSpans(text, start, elementsMax);
  if (spans === null)
    return no("not_json", "is an array that cannot be split: brackets or quotes do not match");
  if (spans.length > elementsMax) return no("record_too_large", `holds more than ${elementsMax} elements`);
  return ok(spans);
}

/** Cuts at the commas between the elements; null when the brackets do not match up to the end of the text. */
function arraySpans(text: string, open: number, elementsMax: number): Span[] | null {
  const spans: Span[] = [];
  let at = afterSpace(text, open + 1);
  // An empty array holds no record, and yet something arrived: it is its own element, which then is a reject.
  if (text[at] === "]")
    return afterSpace(text, at + 1) === text.length ? [{ start: open, end: at + 1 }] : null;
  for (;;) {
    const end = valueEnd(text, at);
    if (end === -1) return null;
    spans.push(trimmed(text, at, end));
    if (text[end] === "]") return afterSpace(text, end + 1) === text.length ? spans : null;
    if (spans.length > elementsMax) return spans;
    at = end + 1;
  }
}

/** One document, or lines of which at least one is a whole document by itself. */
function documentSpans(text: string, start: number, elementsMax: number): Span[] {
  const whole = trimmed(text, start, text.length);
  if (!text.includes("\n", start) || closesAt(text, start, whole.end)) return [whole];
  const lines: Span[] = [];
  for (let at = start; at < text.length && lines.length <= elementsMax; ) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const line = trimmed(text, afterSpace(text, at), end);
    if (line.end > line.start) lines.push(line);
    at = end + 1;
  }
  const isLines = lines.length > 1 && lines.some((line) => closesAt(text, line.start, line.end));
  return isLines ? lines : [whole];
}

/** Whether the object that opens at `start` closes exactly before `end`. Looks at nothing beyond: a search per line to the end of the text would be quadratic. */
function closesAt(text: string, start: number, end: number): boolean {
  return text[start] === "{" && bracketEnd(text.slice(start, end), 0) === end - start;
}

/** Index of the comma or bracket that ends the element which begins at `at`; -1 when none does. */
function valueEnd(text: string, at: number): number {
  for (let next = at; next < text.length; ) {
    const code = text.charCodeAt(next);
    if (code === COMMA || code === CLOSE_ARRAY) return next;
    if (code === CLOSE_OBJECT) return -1;
    if (code === QUOTE) next = stringEnd(text, next);
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) next = bracketEnd(text, next);
    else next++;
    if (next === -1) return -1;
  }
  return -1;
}

/** Index just after the bracket that closes the one at `open`; -1 when none does. */
function bracketEnd(text: string, open: number): number {
  const isArray: boolean[] = [];
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (end === -1) return -1;
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) isArray.push(code === OPEN_ARRAY);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (isArray.pop() !== (code === CLOSE_ARRAY)) return -1;
      if (isArray.length === 0) return at + 1;
    }
  }
  return -1;
}

/** The span without white space at its ends. */
function trimmed(text: string, start: number, end: number): Span {
  let from = start;
  let to = end;
  while (from < to && SPACE.has(text.charCodeAt(from))) from++;
  while (to > from && SPACE.has(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

const SPACE = new Set([32, 10, 13, 9]);
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
