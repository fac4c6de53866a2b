import { decodeKey } from "#core/json/scan.ts";
import type { CompiledRules, MemberClass } from "#core/redaction-rules.ts";

/** What a tree of paths has grown to. */
export interface TreeSize {
  paths: number;
  /** It has more paths than are kept, so that a key may stand twice without being noticed. */
  isFull: boolean;
}

/** More than any honest record has; a record of a million names is read, with less convenience. */
const PATHS_MAX = 50_000;

/**
 * A place in records of one shape, array levels left out, and everything that the rules say of it: asked once, since
 * the same places come in every record. A key costs one look-up instead of a comparison with every rule (measured on
 * LiteLLM records: 40 % of redacting one).
 */
export class RedactionPath {
  /** The last name, in lower case and without escapes. */
  readonly key: string;
  /** Whether the last name says what kind of thing its object is. */
  readonly isKind: boolean;
  /** Whether bare text in it is content, see `isContentUnlessJson`. */
  readonly isContentUnlessJson: boolean;
  /** Whether no record may have it, see `scanJson`. */
  readonly isForbidden: boolean;
  /** Whether a string in it is looked at whatever it says: it names, it is named, or it may be content. */
  readonly isTelling: boolean;
  /** The key as JSON mostly writes it, from the quote before to the colon after; "" where it takes escapes. */
  readonly written: string;
  /** Whether the tree keeps it; only such a place is expected again. */
  isKept = false;
  /** The member that came first in it, and the one that came after it, when its object was met last. */
  first: RedactionPath | null = null;
  after: RedactionPath | null = null;
  /** The object that had this name last, by `Redactor`'s count: the same once more is a key that stands twice. */
  lastObject = 0;
  readonly #rules: CompiledRules;
  /** Lower-case names, the root's none. */
  readonly #names: readonly string[];
  readonly #class: MemberClass;
  readonly #isSparable: boolean;
  #members: Map<string, RedactionPath> | null = null;
  readonly #size: TreeSize;

  constructor(rules: CompiledRules, names: readonly string[], size: TreeSize, key = "") {
    this.key = names[names.length - 1] ?? "";
    this.isKind = rules.isKind(this.key);
    this.isContentUnlessJson = rules.isContentUnlessJson(names);
    this.isForbidden = this.key === "__proto__";
    this.isTelling = this.isKind || this.isContentUnlessJson || TELLING.has(this.key);
    this.written = /["\\]/.test(key) ? "" : `"${key}":`;
    this.#rules = rules;
    this.#names = names;
    this.#class = names.length === 0 ? "none" : rules.classOf(names);
    this.#isSparable = this.#class === "person";
    this.#size = size;
  }

  /** The place of a member by its key as it is written in JSON, without the quotes. */
  member(raw: string): RedactionPath {
    return this.named(raw.includes("\\") ? decodeKey(raw) : raw);
  }

  /** The place of a member by its name: names are told apart without escapes and with their case. */
  named(key: string): RedactionPath {
    return this.#members?.get(key) ?? this.#add(key);
  }

  /** What becomes of its value, in an object that says it is of this kind. */
  classIn(kind: string | null): MemberClass {
    return this.#isSparable && kind !== null && this.#rules.isSpared(this.#lastName(), kind)
      ? "none"
      : this.#class;
  }

  /** Flat records have the dots of a path within one name. */
  #lastName(): string {
    return this.key.slice(this.key.lastIndexOf(".") + 1);
  }

  #add(key: string): RedactionPath {
    // A slice of a record would keep the whole record in memory; a copy does not. (UTF-16 keeps lone surrogates.)
    const own = Buffer.from(key, "utf16le").toString("utf16le");
    const path = new RedactionPath(this.#rules, [...this.#names, own.toLowerCase()], this.#size, own);
    if (this.#size.paths >= PATHS_MAX) {
      this.#size.isFull = true;
      return path;
    }
    this.#members ??= new Map();
    this.#members.set(own, path);
    this.#size.paths++;
    path.isKept = true;
    return path;
  }
}

/** Of pairs such as `{"name": "authorization", "value": "…"}`. */
const TELLING = new Set(["name", "key", "value"]);
