import type { JsonTokens } from "#core/json/tokens.ts";
import type { RedactionPath } from "#core/redaction-path.ts";
import type { MemberClass } from "#core/redaction-rules.ts";

/** An object or a list that is open while a record is redacted. */
export interface Frame {
  /** The path of the container itself. */
  readonly path: RedactionPath;
  /** Which of all objects it is, so that a key that comes again is known. */
  readonly object: number;
  /** What the container's own member was; its strings inherit it. */
  readonly inherited: MemberClass;
  readonly isObject: boolean;
  /** In an object: its last member so far, and the one that came next in the record before, which mostly comes again. */
  last: RedactionPath | null;
  expected: RedactionPath | null;
  /** In an object: what kind of thing it says it is. */
  kind: string | null;
  /** In an object: whether its `name` is that of a credential, and where its `value` lies. */
  pairIsSecret: boolean;
  pairStart: number;
  pairEnd: number;
  /** In an array: whether the last string was the name of a credential's header. */
  nextIsSecret: boolean;
}

/** Objects are numbered across records: a path remembers in which it stood last. */
let objects = 0;

export function frame(path: RedactionPath, inherited: MemberClass, isObject: boolean): Frame {
  return {
    path,
    object: ++objects,
    inherited,
    isObject,
    last: null,
    expected: path.first,
    kind: null,
    pairIsSecret: false,
    pairStart: 0,
    pairEnd: 0,
    nextIsSecret: false,
  };
}

/** The place of the key that was just met. Records of one gateway have their members in one order, mostly. */
export function placeOfKey(top: Frame, tokens: JsonTokens): RedactionPath {
  const { last, expected } = top;
  const isExpected = expected !== null && tokens.isExpected;
  const path = isExpected ? expected : top.path.member(tokens.keyText());
  if (!isExpected && path.isKept) {
    if (last === null) top.path.first = path;
    else last.after = path;
  }
  top.last = path;
  top.expected = path.after;
  return path;
}
