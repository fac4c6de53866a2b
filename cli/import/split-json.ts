import type { Portion } from "#cli/import/input.ts";
import { arrayElements, documents, lines, NotElements, type Splitter } from "#cli/import/json-elements.ts";

/** The beginning of an input is looked at until so many bytes, to tell lines from one document. */
const HEAD_BYTES_MAX = 1024 * 1024;
const HEAD_LINES = 3;
const MARK_BYTES = 4;

/**
 * The elements of JSON text as it streams in: of a top-level array, a line each, or documents one after the other.
 * The shape is told from the text, never from a file's name.
 * @throws NotElements where the text is no JSON or is cut off
 */
export async function* splitJson(pieces: AsyncIterable<Buffer>): AsyncGenerator<Portion> {
  let head: Buffer | null = Buffer.alloc(0);
  let splitter: Splitter | null = null;
  for await (const piece of pieces) {
    const bytes: Buffer = head === null ? piece : Buffer.concat([head, piece]);
    if (splitter === null) {
      splitter = chooseSplitter(bytes, bytes.length >= HEAD_BYTES_MAX);
      if (splitter === null) {
        head = bytes;
        continue;
      }
      head = null;
      yield* portion(splitter.push(withoutMark(bytes)));
    } else yield* portion(splitter.push(bytes));
  }
  const rest = head ?? Buffer.alloc(0);
  splitter ??= chooseSplitter(rest, true);
  if (splitter === null) return;
  yield* portion([...splitter.push(withoutMark(rest)), ...splitter.end()]);
}

function* portion(elements: readonly Buffer[]): Generator<Portion> {
  if (elements.length > 0) yield { elements, cursor: null };
}

/** null: more must be seen, or, of the whole text, that it is empty. */
function chooseSplitter(bytes: Buffer, isAll: boolean): Splitter | null {
  // Until then a mark of the encoding may be cut in two.
  if (bytes.length < MARK_BYTES && !isAll) return null;
  refuseOtherEncodings(bytes);
  const text = withoutMark(bytes).toString("latin1");
  const start = /\S/.exec(text);
  if (start === null) return null;
  if (start[0] === "[") return arrayElements();
  if (start[0] !== "{") throw new NotElements("is no JSON: it begins with neither { nor [");
  const ended = text.split("\n").slice(0, -1);
  const seen = (isAll ? text.split("\n") : ended).filter((line) => line.trim() !== "").slice(0, HEAD_LINES);
  // A document that is written over several lines has nothing whole at a line's beginning.
  if (seen.some((line) => line.startsWith("{") && isWhole(line))) return lines();
  return isAll || seen.length >= HEAD_LINES ? documents() : null;
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** UTF-16 and UTF-32, as some tools of Windows write: RFC 8259 section 8.1 demands UTF-8. */
function refuseOtherEncodings(bytes: Buffer): void {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked || bytes.subarray(0, MARK_BYTES).includes(0)) throw new NotElements("is not UTF-8");
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
