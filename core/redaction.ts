import type { RedactionRules } from "#core/adapter.ts";
import { redactClaudeUserId } from "#core/claude-user-id.ts";
import { stringEnd } from "#core/json/string-end.ts";
import { JsonTokens, TOKEN, type Token } from "#core/json/tokens.ts";
import { readPython } from "#core/python/literal.ts";
import { mayBePython, redactPython } from "#core/python/redact.ts";
import { CREDENTIAL_MARKER, contentMarker, isMarker } from "#core/redaction-markers.ts";
import { isCredentialHeader } from "#core/redaction-names.ts";
import { scrubRest } from "#core/redaction-rest.ts";
import { type CompiledRules, compileRules, type MemberClass } from "#core/redaction-rules.ts";
import { looksRandom, mayHoldSecret, scrubText } from "#core/redaction-shapes.ts";
import { isEventStream, redactEventStream } from "#core/redaction-stream.ts";

/**
 * A record's JSON text without what must not be stored; everything else stays byte for byte as it was, since
 * markers are spliced in and nothing is written anew. Credentials go by name (at any depth, also in JSON inside
 * strings) and by shape (inside any string or key), content becomes `"[content N bytes]"` with the length of its
 * JSON text, a person becomes what `person` says (`userRef`). null, booleans and empty values stay: they hold
 * nothing. Idempotent. Text that turns out not to be JSON is redacted up to the fault and scrubbed by pattern
 * from there on. Returns the very same string when there was nothing to cut.
 */
export function redact(text: string, rules: RedactionRules, person: (value: string) => string): string {
  return new Redactor(text, compileRules(rules), person, []).run();
}

interface Frame {
  /** How many names of the path lie outside this container. */
  readonly base: number;
  /** What the container's own member was; its strings inherit it. */
  readonly inherited: MemberClass;
  readonly isObject: boolean;
  /** In an object: what kind of thing it says it is. */
  kind: string | null;
  /** In an object: whether its `name` is that of a credential, and where its `value` lies. */
  pairIsSecret: boolean;
  pairStart: number;
  pairEnd: number;
  /** In an array: whether the last string was the name of a credential's header. */
  nextIsSecret: boolean;
}

class Redactor {
  readonly #text: string;
  readonly #tokens: JsonTokens;
  readonly #rules: CompiledRules;
  readonly #person: (value: string) => string;
  readonly #path: string[];
  readonly #frames: Frame[] = [];
  readonly #hinted: boolean;
  #splices: { start: number; end: number; by: string }[] = [];
  #class: MemberClass = "none";
  #keysCut = 0;

  constructor(
    text: string,
    rules: CompiledRules,
    person: (value: string) => string,
    path: readonly string[],
  ) {
    this.#text = text;
    this.#rules = rules;
    this.#person = person;
    this.#path = [...path];
    this.#tokens = new JsonTokens(text);
    this.#hinted = mayHoldSecret(text);
    this.#frames.push(frame(path.length, "none", false));
  }

  run(): string {
    for (;;) {
      const token = this.#tokens.next();
      if (token === TOKEN.end) return this.#spliced();
      if (token === TOKEN.fault || token === TOKEN.tooDeep) {
        this.#cutRest(this.#tokens.start);
        return this.#spliced();
      }
      if (token === TOKEN.key) this.#key();
      else if (token === TOKEN.objectEnd || token === TOKEN.arrayEnd) this.#closed();
      else if (this.#class === "content") {
        if (!this.#cutContent(token)) return this.#spliced();
      } else if (token === TOKEN.string) this.#string();
      else if (token === TOKEN.scalar) this.#scalar();
      else this.#opened(token);
      if (token !== TOKEN.key) this.#class = this.#top().inherited;
    }
  }

  #top(): Frame {
    return this.#frames[this.#frames.length - 1] ?? OUTSIDE;
  }

  #key(): void {
    const top = this.#top();
    const raw = this.#tokens.keyText();
    this.#path.length = top.base;
    this.#path.push(this.#rules.keyOf(raw));
    if (top.inherited === "none") this.#class = this.#rules.classOf(this.#path, top.kind);
    const text = this.#mayHoldSecret(raw) ? decoded(`"${raw}"`) : null;
    if (text !== null && !isMarker(text) && scrubText(text) !== text) this.#cutKey();
  }

  /** A map keyed by secrets keeps its members apart: markers are numbered past any that are there. */
  #cutKey(): void {
    let marker: string;
    do marker = `"[credential ${++this.#keysCut}]"`;
    while (this.#text.includes(marker));
    this.#splices.push({ start: this.#tokens.start, end: this.#tokens.keyEnd(), by: marker });
  }

  #string(): void {
    const { start, end } = this.#tokens;
    const top = this.#top();
    const raw = this.#text.slice(start + 1, end - 1);
    this.#notePair(top, start, end, raw);
    if (top.isObject && this.#rules.isKind(this.#path[this.#path.length - 1] ?? "")) top.kind = raw;
    const hasEscape = raw.includes("\\");
    const value = hasEscape ? decoded(this.#text.slice(start, end)) : raw;
    if (value === "" || (value !== null && isMarker(value))) return;
    if (value !== null && this.#rules.isAbsent(value)) return;
    const isFlatHeader = top.nextIsSecret;
    top.nextIsSecret = !isFlatHeader && !top.isObject && value !== null && isCredentialHeader(value);
    // What cannot be decoded is not JSON, so nothing may hide in it.
    const mustGo = isFlatHeader || value === null;
    const redacted = mustGo ? CREDENTIAL_MARKER : this.#redactedString(value, hasEscape);
    if (redacted !== value) this.#put(redacted);
  }

  #redactedString(value: string, hasEscape: boolean): string {
    switch (this.#class) {
      case "credential":
      case "credential_text":
        return CREDENTIAL_MARKER;
      case "key_or_hash":
        return looksRandom(value) || scrubText(value) !== value ? CREDENTIAL_MARKER : value;
      case "person":
        return redactClaudeUserId(value, this.#person);
      default:
        return this.#plainString(value, hasEscape, this.#path);
    }
  }

  #plainString(value: string, hasEscape: boolean, path: readonly string[]): string {
    const isPython = mayBePython(value) && decoded(value) === null;
    const literal = isPython ? readPython(value) : null;
    if (literal !== null) {
      const plain = (inner: string, at: readonly string[]) => this.#plainString(inner, true, at);
      return redactPython(value, literal, path, { rules: this.#rules, person: this.#person, plain });
    }
    if ((hasEscape || isPython) && /^\s*[{[(]/.test(value)) {
      // Each level of strings in strings doubles its backslashes, so the text's length bounds the recursion.
      return new Redactor(value, this.#rules, this.#person, path).run();
    }
    if (hasEscape && isEventStream(value))
      return redactEventStream(value, (json) => new Redactor(json, this.#rules, this.#person, path).run());
    if (this.#rules.isContentUnlessJson(path) && !/^\s*[{[]/.test(value))
      return contentMarker(Buffer.byteLength(value));
    return this.#hinted || hasEscape ? scrubText(value) : value;
  }

  #scalar(): void {
    const { start, end } = this.#tokens;
    const top = this.#top();
    const raw = this.#text.slice(start, end);
    this.#notePair(top, start, end, "");
    const isNumber = raw !== "null" && raw !== "true" && raw !== "false";
    if (!isNumber) return;
    if (this.#class === "credential") this.#put(CREDENTIAL_MARKER);
    else if (this.#class === "person") this.#put(this.#person(raw));
  }

  /** Skips a value and puts one marker in its place; false when the text ended in a fault on the way. */
  #cutContent(first: Token): boolean {
    const { start } = this.#tokens;
    const depth = this.#tokens.depth;
    if (first === TOKEN.objectStart || first === TOKEN.arrayStart) {
      for (let token: Token = first; this.#tokens.depth >= depth; ) {
        token = this.#tokens.next();
        if (token === TOKEN.fault || token === TOKEN.tooDeep) {
          this.#cutRest(start);
          return false;
        }
      }
    }
    const raw = this.#text.slice(start, this.#tokens.end);
    const inner = first === TOKEN.string ? raw.slice(1, -1) : raw;
    if (inner === "" || isMarker(inner) || /^(?:null|true|false|[[{]\s*[\]}])$/.test(raw)) return true;
    this.#splices.push({ start, end: this.#tokens.end, by: `"${contentMarker(Buffer.byteLength(inner))}"` });
    return true;
  }

  /** `{"name": "authorization", "value": "…"}`, as header lists and OTLP attributes have it. */
  #notePair(top: Frame, start: number, end: number, raw: string): void {
    if (!top.isObject) return;
    const key = this.#path[this.#path.length - 1];
    if (key === "name" || key === "key") {
      const name = raw.toLowerCase();
      top.pairIsSecret = isCredentialHeader(name) || this.#rules.classOf(["headers", name]) === "credential";
    } else if (key === "value") {
      top.pairStart = start;
      top.pairEnd = end;
    }
  }

  #opened(token: Token): void {
    const top = this.#top();
    if (top.isObject && this.#path[this.#path.length - 1] === "value") top.pairStart = this.#tokens.start;
    this.#frames.push(frame(this.#path.length, this.#class, token === TOKEN.objectStart));
  }

  #closed(): void {
    const top = this.#frames.pop() ?? OUTSIDE;
    this.#path.length = top.base;
    const outer = this.#top();
    if (outer.isObject && this.#path[this.#path.length - 1] === "value") outer.pairEnd = this.#tokens.end;
    if (!top.pairIsSecret || top.pairEnd === 0) return;
    const { pairStart: start, pairEnd: end } = top;
    if (this.#text.slice(start, end) === `"${CREDENTIAL_MARKER}"`) return;
    this.#splices = this.#splices.filter((splice) => splice.start < start || splice.start >= end);
    this.#splices.push({ start, end, by: `"${CREDENTIAL_MARKER}"` });
    this.#splices.sort((a, b) => a.start - b.start);
  }

  /** From a fault on: all of it when it belongs to something secret, else by pattern. */
  #cutRest(start: number): void {
    const rest = this.#text.slice(start);
    const by =
      this.#class === "content"
        ? `"${contentMarker(Buffer.byteLength(rest))}"`
        : this.#class === "none" || this.#class === "key_or_hash"
          ? this.#redactedRest(rest)
          : `"${CREDENTIAL_MARKER}"`;
    if (rest !== "") this.#splices.push({ start, end: this.#text.length, by });
  }

  /** A string that never closes (cut off by someone's limit) is redacted as one and closed; else by pattern. */
  #redactedRest(rest: string): string {
    const value = rest.startsWith('"') && stringEnd(rest, 0) === -1 ? decodedStart(rest) : null;
    return value === null ? scrubRest(rest, this.#rules) : JSON.stringify(this.#redactedString(value, true));
  }

  #mayHoldSecret(raw: string): boolean {
    return raw.length > 5 && (this.#hinted || raw.includes("\\"));
  }

  #put(value: string): void {
    this.#splices.push({ start: this.#tokens.start, end: this.#tokens.end, by: JSON.stringify(value) });
  }

  #spliced(): string {
    if (this.#splices.length === 0) return this.#text;
    let out = "";
    let from = 0;
    for (const { start, end, by } of this.#splices) {
      out += this.#text.slice(from, start) + by;
      from = end;
    }
    return out + this.#text.slice(from);
  }
}

function frame(base: number, inherited: MemberClass, isObject: boolean): Frame {
  const pair = { pairIsSecret: false, pairStart: 0, pairEnd: 0 };
  return { base, inherited, isObject, kind: null, ...pair, nextIsSecret: false };
}

const OUTSIDE: Frame = frame(0, "none", false);

/** What the beginning of a literal means; the last escape may be cut in half. */
function decodedStart(open: string): string | null {
  const whole = open.replace(/((?:^|[^\\])(?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, "$1");
  return decoded(`${whole}"`);
}

/** The string that a JSON literal means; null when it is none. */
function decoded(literal: string): string | null {
  try {
    return String(JSON.parse(literal));
  } catch {
    return null;
  }
}
