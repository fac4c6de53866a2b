import { redactClaudeUserId } from "#core/claude-user-id.ts";
import { decoded, decodedStart } from "#core/json/decode-string.ts";
import { stringEnd } from "#core/json/string-end.ts";
import { afterSpace, JsonTokens, TOKEN, type Token } from "#core/json/tokens.ts";
import { readPython } from "#core/python/literal.ts";
import { mayBePython, redactPython } from "#core/python/redact.ts";
import { type Frame, frame, placeOfKey } from "#core/redaction-frame.ts";
import { CREDENTIAL_MARKER, contentMarker, isMarker } from "#core/redaction-markers.ts";
import { isCredentialHeader } from "#core/redaction-names.ts";
import type { RedactionPath } from "#core/redaction-path.ts";
import { scrubRest } from "#core/redaction-rest.ts";
import type { CompiledRules, MemberClass } from "#core/redaction-rules.ts";
import { looksRandom, mayHoldSecret, scrubText } from "#core/redaction-shapes.ts";
import { isEventStream, redactEventStream } from "#core/redaction-stream.ts";

/** One pass over one JSON text; `redact` says what becomes of what. */
export class Redactor {
  /** Whether nothing was met so far that makes the text no sound JSON object. */
  isSound = true;
  readonly #text: string;
  readonly #tokens: JsonTokens;
  readonly #rules: CompiledRules;
  readonly #person: (value: string) => string;
  readonly #frames: Frame[] = [];
  /** Whether strings and keys without escapes are looked through for the shapes of secrets. */
  readonly #isCareful: boolean;
  readonly #isAscii: boolean;
  #path: RedactionPath;
  #splices: { start: number; end: number; by: string }[] = [];
  #class: MemberClass = "none";
  #keysCut = 0;
  /** The next backslash that is known of: no string that ends before it has an escape. */
  #escape = -1;
  readonly #outside: Frame;

  constructor(
    text: string,
    rules: CompiledRules,
    person: (value: string) => string,
    path: RedactionPath,
    { isCareful, isAscii }: { readonly isCareful: boolean; readonly isAscii: boolean },
  ) {
    this.#text = text;
    this.#rules = rules;
    this.#person = person;
    this.#path = path;
    this.#tokens = new JsonTokens(text);
    this.#isCareful = isCareful;
    this.#isAscii = isAscii;
    this.#outside = frame(path, "none", false);
    this.#frames.push(this.#outside);
  }

  run(): string {
    for (;;) {
      const token = this.#tokens.next();
      if (token === TOKEN.end) return this.#ended();
      if (token === TOKEN.fault || token === TOKEN.tooDeep) {
        this.isSound = false;
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
      if (token !== TOKEN.key) {
        const { inherited, expected } = this.#top();
        this.#class = inherited;
        this.#tokens.expected = expected === null ? "" : expected.written;
      }
    }
  }

  #ended(): string {
    if (!this.#text.startsWith("{", afterSpace(this.#text, 0)) || this.#rules.isTreeFull())
      this.isSound = false;
    return this.#spliced();
  }

  #top(): Frame {
    return this.#frames[this.#frames.length - 1] ?? this.#outside;
  }

  #key(): void {
    const top = this.#top();
    const path = placeOfKey(top, this.#tokens);
    if (path.lastObject === top.object || path.isForbidden) this.isSound = false;
    path.lastObject = top.object;
    this.#path = path;
    if (top.inherited === "none") this.#class = path.classIn(top.kind);
    // What was expected has no escapes.
    if (this.#tokens.isExpected && !this.#isCareful) return;
    const raw = this.#tokens.keyText();
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
    const hasEscape = this.#hasEscape(start, end);
    if (!hasEscape && top.isObject && this.#staysUnread(start)) return;
    const raw = this.#text.slice(start + 1, end - 1);
    this.#notePair(top, start, end, raw);
    if (this.#path.isKind && top.isObject) top.kind = raw;
    const value = hasEscape ? decoded(this.#text.slice(start, end)) : raw;
    if (value === null) this.isSound = false;
    if (value === "" || (value !== null && isMarker(value))) return;
    if (value !== null && this.#rules.isAbsent(value)) return;
    const isFlatHeader = top.nextIsSecret;
    top.nextIsSecret = !isFlatHeader && !top.isObject && value !== null && isCredentialHeader(value);
    // What cannot be decoded is not JSON, so nothing may hide in it.
    const mustGo = isFlatHeader || value === null;
    const redacted = mustGo ? CREDENTIAL_MARKER : this.#redactedString(value, hasEscape);
    if (redacted === value) return;
    // What goes is not there for JSON.parse to find its faults.
    if (!hasEscape && CONTROL.test(raw)) this.isSound = false;
    this.#put(redacted);
  }

  #hasEscape(start: number, end: number): boolean {
    if (this.#escape < start) {
      const found = this.#text.indexOf("\\", start);
      this.#escape = found === -1 ? this.#text.length : found;
    }
    return this.#escape < end;
  }

  /** Whether a member's string without escapes stays, by its place and its first character alone; most do. */
  #staysUnread(start: number): boolean {
    if (this.#class !== "none" || this.#isCareful || this.#path.isTelling) return false;
    const first = this.#text.charCodeAt(start + 1);
    return first > SPACE && first < DELETE && !OPENERS.has(first);
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

  #plainString(value: string, hasEscape: boolean, path: RedactionPath): string {
    const opens = OPENS.test(value);
    const isPython = opens && mayBePython(value) && decoded(value) === null;
    const literal = isPython ? readPython(value) : null;
    if (literal !== null) {
      const plain = (inner: string, at: RedactionPath) => this.#plainString(inner, true, at);
      return redactPython(value, literal, path, { rules: this.#rules, person: this.#person, plain });
    }
    // Each level of strings in strings doubles its backslashes, so the text's length bounds the recursion.
    if (opens && (hasEscape || isPython)) return this.#inner(value, path);
    if (hasEscape && isEventStream(value)) return redactEventStream(value, (json) => this.#inner(json, path));
    if (path.isContentUnlessJson && !/^\s*[{[]/.test(value)) return this.#marker(value);
    return this.#isCareful || hasEscape ? scrubText(value) : value;
  }

  #inner(text: string, path: RedactionPath): string {
    const kind = { isCareful: mayHoldSecret(text), isAscii: false };
    return new Redactor(text, this.#rules, this.#person, path, kind).run();
  }

  /** Counting the bytes of 100 KB of content costs as much as finding its end, and in ASCII there is nothing to count. */
  #marker(content: string): string {
    return contentMarker(this.#isAscii ? content.length : Buffer.byteLength(content));
  }

  #scalar(): void {
    const { start, end } = this.#tokens;
    const top = this.#top();
    this.#notePair(top, start, end, "");
    if (this.#class !== "credential" && this.#class !== "person") return;
    const raw = this.#text.slice(start, end);
    const isNumber = raw !== "null" && raw !== "true" && raw !== "false";
    if (!isNumber) return;
    if (this.#class === "credential") this.#put(CREDENTIAL_MARKER);
    else this.#put(this.#person(raw));
  }

  /** Skips a value and puts one marker in its place; false when the text ended in a fault on the way. */
  #cutContent(first: Token): boolean {
    const { start } = this.#tokens;
    const depth = this.#tokens.depth;
    if (first === TOKEN.objectStart || first === TOKEN.arrayStart) {
      for (let token: Token = first; this.#tokens.depth >= depth; ) {
        token = this.#tokens.next();
        if (token === TOKEN.fault || token === TOKEN.tooDeep) {
          this.isSound = false;
          this.#cutRest(start);
          return false;
        }
      }
    }
    const raw = this.#text.slice(start, this.#tokens.end);
    const inner = first === TOKEN.string ? raw.slice(1, -1) : raw;
    if (inner === "" || isMarker(inner) || /^(?:null|true|false|[[{]\s*[\]}])$/.test(raw)) return true;
    this.#splices.push({ start, end: this.#tokens.end, by: `"${this.#marker(inner)}"` });
    return true;
  }

  /** `{"name": "authorization", "value": "…"}`, as header lists and OTLP attributes have it. */
  #notePair(top: Frame, start: number, end: number, raw: string): void {
    if (!top.isObject || !this.#path.isTelling) return;
    const { key } = this.#path;
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
    if (top.isObject && this.#path.key === "value") top.pairStart = this.#tokens.start;
    this.#frames.push(frame(this.#path, this.#class, token === TOKEN.objectStart));
  }

  #closed(): void {
    const top = this.#frames.pop() ?? this.#outside;
    this.#path = top.path;
    const outer = this.#top();
    if (outer.isObject && top.path.key === "value") outer.pairEnd = this.#tokens.end;
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
        ? `"${this.#marker(rest)}"`
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
    return raw.length > 5 && (this.#isCareful || raw.includes("\\"));
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

const OPENS = /^\s*[{[(]/;
const OPENERS = new Set(["{", "[", "("].map((opener) => opener.charCodeAt(0)));
const SPACE = 32;
const DELETE = 127;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none of them in a string (RFC 8259 section 7).
const CONTROL = /[\u0000-\u001f]/;
