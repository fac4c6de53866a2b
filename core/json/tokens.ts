import { stringEnd } from "#core/json/string-end.ts";

/** Kinds of token. `key` has consumed its colon; `scalar` is a number or a literal. */
export const TOKEN = {
  end: 0,
  fault: 1,
  objectStart: 2,
  objectEnd: 3,
  arrayStart: 4,
  arrayEnd: 5,
  key: 6,
  string: 7,
  scalar: 8,
  tooDeep: 9,
} as const;
export type Token = (typeof TOKEN)[keyof typeof TOKEN];

/** Deeper than any gateway's record (the deepest seen has 9 levels), shallow enough for recursive readers. */
export const DEPTH_MAX = 64;

/**
 * Pulls tokens out of JSON text: one pass, no recursion, no copies. Everything of the grammar is checked but the
 * inside of strings (escapes, control characters), which stays with `JSON.parse`. `start` and
 * `end` are the span of the last token in the text, quotes included. `fault` and `end` repeat for ever.
 */
export class JsonTokens {
  readonly text: string;
  start = 0;
  end = 0;
  /** Open containers after the last token. */
  depth = 0;
  /** A key as it would be written from its quote to its colon, if it comes next; "" expects none. It saves a search. */
  expected = "";
  /** Whether the last key was the one that was expected. */
  isExpected = false;
  #state: number = EXPECT.value;
  readonly #depthMax: number;
  readonly #isObject: boolean[] = [];

  constructor(text: string, depthMax: number = DEPTH_MAX) {
    this.text = text;
    this.#depthMax = depthMax;
  }

  next(): Token {
    const at = afterSpace(this.text, this.end);
    this.start = at;
    const code = at < this.text.length ? this.text.charCodeAt(at) : NOTHING;
    switch (this.#state) {
      case EXPECT.value:
        return this.#value(at, code);
      case EXPECT.valueOrEnd:
        return code === CLOSE_ARRAY ? this.#close(at, false) : this.#value(at, code);
      case EXPECT.keyOrEnd:
        return code === CLOSE_OBJECT ? this.#close(at, true) : this.#key(at, code);
      case EXPECT.commaOrEnd:
        return this.#afterValue(at, code);
      default:
        return this.#state === EXPECT.nothing && code === NOTHING ? TOKEN.end : this.#fault(at);
    }
  }

  #afterValue(at: number, code: number): Token {
    const inObject = this.#isObject[this.depth - 1] === true;
    if (code === CLOSE_OBJECT && inObject) return this.#close(at, true);
    if (code === CLOSE_ARRAY && !inObject) return this.#close(at, false);
    if (code !== COMMA) return this.#fault(at);
    const next = afterSpace(this.text, at + 1);
    this.start = next;
    const nextCode = next < this.text.length ? this.text.charCodeAt(next) : NOTHING;
    return inObject ? this.#key(next, nextCode) : this.#value(next, nextCode);
  }

  #value(at: number, code: number): Token {
    if (code === QUOTE) {
      const end = stringEnd(this.text, at);
      if (end === -1) return this.#fault(at);
      return this.#took(TOKEN.string, end);
    }
    if (code === OPEN_OBJECT) return this.#open(at, true);
    if (code === OPEN_ARRAY) return this.#open(at, false);
    const end = scalarEnd(this.text, at, code);
    return end === -1 ? this.#fault(at) : this.#took(TOKEN.scalar, end);
  }

  #key(at: number, code: number): Token {
    const { expected } = this;
    this.isExpected = expected !== "" && this.text.startsWith(expected, at);
    if (this.isExpected) return this.#tookKey(at + expected.length - 1, at + expected.length);
    const end = code === QUOTE ? stringEnd(this.text, at) : -1;
    if (end === -1) return this.#fault(at);
    const colon = afterSpace(this.text, end);
    if (this.text.charCodeAt(colon) !== COLON) return this.#fault(at);
    return this.#tookKey(end, colon + 1);
  }

  /** The span is that of the key; the next token starts after the colon. */
  #tookKey(end: number, next: number): Token {
    this.#keyEnd = end;
    this.end = next;
    this.#state = EXPECT.value;
    return TOKEN.key;
  }

  #keyEnd = 0;
  /** The last key as it is written, without its quotes and with its escapes. */
  keyText(): string {
    return this.text.slice(this.start + 1, this.#keyEnd - 1);
  }
  /** Where the last key ends, its closing quote included. */
  keyEnd(): number {
    return this.#keyEnd;
  }

  #open(at: number, isObject: boolean): Token {
    if (this.depth >= this.#depthMax) {
      this.#state = EXPECT.fault;
      return TOKEN.tooDeep;
    }
    this.#isObject[this.depth++] = isObject;
    this.end = at + 1;
    this.#state = isObject ? EXPECT.keyOrEnd : EXPECT.valueOrEnd;
    return isObject ? TOKEN.objectStart : TOKEN.arrayStart;
  }

  #close(at: number, isObject: boolean): Token {
    this.depth--;
    return this.#took(isObject ? TOKEN.objectEnd : TOKEN.arrayEnd, at + 1);
  }

  #took(token: Token, end: number): Token {
    this.end = end;
    this.#state = this.depth === 0 ? EXPECT.nothing : EXPECT.commaOrEnd;
    return token;
  }

  #fault(at: number): Token {
    this.start = at;
    this.#state = EXPECT.fault;
    return TOKEN.fault;
  }
}

/** Index of the first character at or after `at` that is no JSON white space (RFC 8259 section 2). */
export function afterSpace(text: string, at: number): number {
  let next = at;
  for (; next < text.length; next++) {
    const code = text.charCodeAt(next);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) break;
  }
  return next;
}

const EXPECT = { value: 0, valueOrEnd: 1, keyOrEnd: 2, commaOrEnd: 3, nothing: 4, fault: 5 } as const;
const NOTHING = -1;
const QUOTE = 34;
const COMMA = 44;
const DIGIT_0 = 48;
const DIGIT_1 = 49;
const DIGIT_9 = 57;
const COLON = 58;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const LETTER_N = 110;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Index just after the scalar at `at`, -1 when there is none. Literals and plain digits, of which most are, need no pattern. */
function scalarEnd(text: string, at: number, code: number): number {
  if (code === LETTER_N && text.startsWith("null", at)) return at + 4;
  if (code >= DIGIT_1 && code <= DIGIT_9) {
    let end = at + 1;
    let next = text.charCodeAt(end);
    while (next >= DIGIT_0 && next <= DIGIT_9) next = text.charCodeAt(++end);
    if (next === COMMA || next === CLOSE_OBJECT) return end;
  }
  SCALAR.lastIndex = at;
  return SCALAR.test(text) ? SCALAR.lastIndex : -1;
}

/** A number or a literal (RFC 8259 sections 3 and 6); what follows it is the next token's business. */
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
