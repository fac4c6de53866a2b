import { ELEMENT_BYTES_MAX } from "#cli/import/input.ts";

/** Bytes in, whole elements out; what is not finished waits for the next piece. */
export interface Splitter {
  push(piece: Buffer): readonly Buffer[];
  end(): readonly Buffer[];
}

/** What a splitter throws: the input is not made of elements at all, or stops in the middle of one. */
export class NotElements extends Error {}

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, COMMA] = [9, 10, 13, 32, 34, 44];
const [OPEN_ARRAY, BACKSLASH, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [91, 92, 93, 123, 125];

/** One element of a top-level array after the other: only brackets and quotes are looked at, as at the collector. */
export function arrayElements(): Splitter {
  return byStructure({ isArray: true });
}

/** Documents one after the other, each over as many lines as it likes. */
export function documents(): Splitter {
  return byStructure({ isArray: false });
}

/** One element a line. A line that is no JSON stays an element of its own: it becomes a reject, and the others live. */
export function lines(): Splitter {
  const held = holder();
  return {
    push: (piece) => {
      const found: Buffer[] = [];
      let from = 0;
      for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, from)) {
        found.push(...solid(held.take(piece.subarray(from, at))));
        from = at + 1;
      }
      held.keep(piece.subarray(from));
      return found;
    },
    end: () => solid(held.take(Buffer.alloc(0))),
  };
}

function byStructure({ isArray }: { readonly isArray: boolean }): Splitter {
  const held = holder();
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  /** Inside an element; of an array also before its first byte, so that `[1,,2]` has an element that is a reject. */
  let state: "before" | "inside" | "after" = "before";
  let wasComma = false;
  const push = (piece: Buffer): Buffer[] => {
    const found: Buffer[] = [];
    let from = 0;
    const close = (to: number): void => {
      const element = held.take(piece.subarray(from, to));
      found.push(...(isArray && wasComma ? [trim(element)] : solid(element)));
    };
    for (let at = 0; at < piece.length; at++) {
      const code = piece[at] ?? 0;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (code === BACKSLASH) isEscaped = true;
        else if (code === QUOTE) inString = false;
        continue;
      }
      if (state === "after") {
        if (isSpace(code)) continue;
        throw new NotElements("holds text after the end of its array");
      }
      if (state === "before") {
        if (isSpace(code)) continue;
        state = "inside";
        from = isArray ? at + 1 : at;
        if (isArray) continue;
      }
      if (code === QUOTE) inString = true;
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
      else if (code === COMMA && isArray && depth === 0) {
        wasComma = true;
        close(at);
        from = at + 1;
      } else if (code === CLOSE_ARRAY && isArray && depth === 0) {
        close(at);
        from = piece.length;
        state = "after";
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        depth--;
        if (depth < 0) throw new NotElements("has brackets that do not match");
        if (depth === 0 && !isArray) {
          close(at + 1);
          from = at + 1;
          state = "before";
        }
      }
    }
    if (state === "inside") held.keep(piece.subarray(from));
    return found;
  };
  const end = (): Buffer[] => {
    if (isArray && state !== "after") throw new NotElements("ends in the middle of its array: it is cut off");
    if (state === "inside") throw new NotElements("ends in the middle of a JSON document: it is cut off");
    return [];
  };
  return { push, end };
}

/** The begun element, in pieces until it is whole. */
function holder() {
  let pieces: Buffer[] = [];
  let bytes = 0;
  return {
    keep: (piece: Buffer): void => {
      if (piece.length === 0) return;
      bytes += piece.length;
      if (bytes > ELEMENT_BYTES_MAX)
        throw new NotElements(`holds a record of more than ${ELEMENT_BYTES_MAX} bytes`);
      pieces.push(piece);
    },
    take: (last: Buffer): Buffer => {
      const whole = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      pieces = [];
      bytes = 0;
      return whole;
    },
  };
}

const isSpace = (code: number | undefined): boolean =>
  code === SPACE || code === NEWLINE || code === RETURN || code === TAB;

function trim(bytes: Buffer): Buffer {
  let from = 0;
  let to = bytes.length;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  return bytes.subarray(from, to);
}

/** Nothing for white space alone. */
function solid(bytes: Buffer): Buffer[] {
  const element = trim(bytes);
  return element.length === 0 ? [] : [element];
}
