import { DEPTH_MAX, JsonTokens, TOKEN } from "#core/json/tokens.ts";
import { scrubText } from "#core/redaction-shapes.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

/** A half-open range of characters. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface JsonScan {
  /** Where the elements of a top-level array lie; null when the document is no array. */
  readonly elements: readonly Span[] | null;
  /** Members of all objects together. */
  readonly members: number;
  /** The deepest nesting: 0 for a bare scalar. */
  readonly depth: number;
}

/**
 * What `JSON.parse` does not look at: nesting beyond `depthMax`, a key that stands twice in one object (keys are
 * compared decoded, so `"a"` and `"\u0061"` are the same), and `__proto__`. One linear pass without recursion.
 * The inside of strings is `JSON.parse`'s business: run both, as `readElement` does.
 *
 * Of the keys that pollute prototypes only `__proto__` is refused, at any depth. `constructor` and `prototype`
 * are words that people put into metadata and tags, JSON.parse makes them plain own members, and nothing of ours
 * merges objects deeply or reads members by a caller's path.
 */
export function scanJson(
  text: string,
  { depthMax = DEPTH_MAX }: { readonly depthMax?: number } = {},
): Result<JsonScan, RejectReason> {
  const tokens = new JsonTokens(text, depthMax);
  const keys = new OpenKeys();
  const elements: Span[] = [];
  let isArray = false;
  let elementStart = 0;
  let members = 0;
  let depth = 0;
  for (;;) {
    const token = tokens.next();
    if (token === TOKEN.key) {
      members++;
      const key = decodeKey(tokens.keyText());
      if (key === "__proto__") return no("json_forbidden_key", "the key __proto__ is refused");
      if (!keys.add(key))
        return no("json_duplicate_key", `the key ${quoted(key)} stands twice in one object`);
      continue;
    }
    if (token === TOKEN.end) return ok({ elements: isArray ? elements : null, members, depth });
    if (token === TOKEN.fault) return no("not_json", `is not JSON at character ${tokens.start}`);
    if (token === TOKEN.tooDeep) return no("json_too_deep", `nests deeper than ${depthMax} levels`);
    if (token === TOKEN.objectStart || token === TOKEN.arrayStart) {
      if (tokens.depth > depth) depth = tokens.depth;
      if (tokens.depth === 1) isArray = token === TOKEN.arrayStart;
      else if (tokens.depth === 2) elementStart = tokens.start;
      if (token === TOKEN.objectStart) keys.open();
      continue;
    }
    if (token === TOKEN.objectEnd) keys.close();
    if (isArray && tokens.depth === 1) {
      const isScalar = token === TOKEN.string || token === TOKEN.scalar;
      elements.push({ start: isScalar ? tokens.start : elementStart, end: tokens.end });
    }
  }
}

/** The keys of all objects that are open, innermost last. */
class OpenKeys {
  readonly #keys: string[] = [];
  readonly #bases: number[] = [];
  readonly #sets: (Set<string> | null)[] = [];
  #length = 0;

  open(): void {
    this.#bases.push(this.#length);
    this.#sets.push(null);
  }

  close(): void {
    this.#length = this.#bases.pop() ?? 0;
    this.#sets.pop();
  }

  /** False when the innermost object has the key already. */
  add(key: string): boolean {
    const base = this.#bases[this.#bases.length - 1] ?? 0;
    const top = this.#sets.length - 1;
    let set = this.#sets[top] ?? null;
    if (set === null && this.#length - base >= SMALL_OBJECT) {
      set = new Set(this.#keys.slice(base, this.#length));
      this.#sets[top] = set;
    }
    if (set === null) {
      for (let at = base; at < this.#length; at++) if (this.#keys[at] === key) return false;
    } else if (set.has(key)) return false;
    else set.add(key);
    this.#keys[this.#length++] = key;
    return true;
  }
}

/** Up to here comparing with each key is faster than a set (measured on LiteLLM records: 8 to 40 keys). */
const SMALL_OBJECT = 12;

/** The key's text without escapes. A key that cannot be decoded is compared as written; JSON.parse refuses it. */
export function decodeKey(raw: string): string {
  if (!raw.includes("\\")) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

/** For a detail: bounded, and never a secret that someone used as a key. */
function quoted(key: string): string {
  return JSON.stringify(scrubText(key).slice(0, 64));
}
