import { type PythonMember, type PythonNode, PythonSyntaxError, pythonScalar } from "#core/python/node.ts";
import { pythonString } from "#core/python/string.ts";

/** As deep as a record of JSON may nest. */
const DEPTH_MAX = 64;
const NAME = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y;
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf|nan)(?![\w.])/y;
/** What `repr` writes of a thing that has no literal: a class, a function, an object at an address. */
const OPAQUE =
  /<(?:class '[\w.]+'|[\w.]+ object at 0x[0-9A-Fa-f]+|(?:built-in )?(?:function|method) [\w.<>]+(?: at 0x[0-9A-Fa-f]+)?)>/y;
const SPACE = /\s*/y;

/**
 * Reads what Python's `repr` writes of plain data: dicts, lists, tuples, sets, strings, numbers, None, True and False,
 * a model or an enum by its name (`Usage(prompt_tokens=10)`, `<Role.ADMIN: 'admin'>`). null for anything else: a
 * text that is cut off or of another form is never read in part.
 */
export function readPython(text: string): PythonNode | null {
  const reader = new Reader(text);
  try {
    const node = reader.value(0);
    return reader.isAtEnd() ? node : null;
  } catch (error) {
    if (error instanceof PythonSyntaxError) return null;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#match(SPACE);
    return this.#at === this.#text.length;
  }

  value(depth: number): PythonNode {
    if (depth > DEPTH_MAX) throw new PythonSyntaxError();
    this.#match(SPACE);
    const start = this.#at;
    const first = this.#text[start];
    if (first === "{") return this.#braces(start, depth);
    if (first === "[") return this.#list(start, "]", depth);
    if (first === "(") return this.#list(start, ")", depth);
    if (first === "<") return this.#angle(start, depth);
    const string = pythonString(this.#text, start);
    if (string !== null) {
      this.#at = string.end;
      return { kind: "string", start, end: string.end, value: string.value };
    }
    const number = this.#match(NUMBER);
    if (number !== null) return { kind: "scalar", start, end: this.#at, value: pythonScalar(number) };
    return this.#named(start, depth);
  }

  /** A dict, or a set: Python tells them apart by the colon. */
  #braces(start: number, depth: number): PythonNode {
    this.#at += 1;
    if (this.#skip("}")) return { kind: "dict", start, end: this.#at, members: [] };
    const first = this.value(depth + 1);
    if (!this.#skip(":")) return this.#restOfList(start, "}", [first], depth);
    const members = new Map([[keyOf(first), { keyNode: first, node: this.value(depth + 1) }]]);
    while (!this.#skip("}")) {
      this.#expect(",");
      const keyNode = this.value(depth + 1);
      this.#expect(":");
      // Python has no key twice.
      if (members.has(keyOf(keyNode))) throw new PythonSyntaxError();
      members.set(keyOf(keyNode), { keyNode, node: this.value(depth + 1) });
    }
    return {
      kind: "dict",
      start,
      end: this.#at,
      members: Array.from(members, ([key, member]) => ({ key, ...member })),
    };
  }

  #list(start: number, close: string, depth: number): PythonNode {
    this.#at += 1;
    if (this.#skip(close)) return { kind: "list", start, end: this.#at, items: [] };
    return this.#restOfList(start, close, [this.value(depth + 1)], depth);
  }

  #restOfList(start: number, close: string, items: PythonNode[], depth: number): PythonNode {
    while (!this.#skip(close)) {
      this.#expect(",");
      if (this.#skip(close)) break;
      items.push(this.value(depth + 1));
    }
    return { kind: "list", start, end: this.#at, items };
  }

  /** `<Role.ADMIN: 'admin'>` is the value of an enum's member; what has no value is null. */
  #angle(start: number, depth: number): PythonNode {
    if (this.#match(OPAQUE) !== null) return { kind: "scalar", start, end: this.#at, value: null };
    this.#at += 1;
    if (this.#match(NAME) === null) throw new PythonSyntaxError();
    this.#expect(":");
    const node = this.value(depth + 1);
    this.#expect(">");
    return node;
  }

  /** None, True, False; a model with its fields; a constant such as `datetime.timezone.utc`, which says nothing. */
  #named(start: number, depth: number): PythonNode {
    const name = this.#match(NAME);
    if (name === null) throw new PythonSyntaxError();
    const end = this.#at;
    if (name === "None") return { kind: "scalar", start, end, value: null };
    if (name === "True" || name === "False") return { kind: "scalar", start, end, value: name === "True" };
    if (this.#skip("(")) return this.#call(start, depth);
    if (!name.includes(".")) throw new PythonSyntaxError();
    return { kind: "scalar", start, end, value: null };
  }

  #call(start: number, depth: number): PythonNode {
    const members: PythonMember[] = [];
    const items: PythonNode[] = [];
    while (!this.#skip(")")) {
      if (members.length + items.length > 0) this.#expect(",");
      const field = this.#fieldName();
      const node = this.value(depth + 1);
      if (field === null) items.push(node);
      else members.push({ key: field, keyNode: null, node });
    }
    const end = this.#at;
    return items.length > 0 && members.length === 0
      ? { kind: "list", start, end, items }
      : { kind: "dict", start, end, members };
  }

  #fieldName(): string | null {
    this.#match(SPACE);
    const before = this.#at;
    const name = this.#match(NAME);
    if (name !== null && this.#text[this.#at] === "=") {
      this.#at += 1;
      return name;
    }
    this.#at = before;
    return null;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #skip(text: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#skip(text)) throw new PythonSyntaxError();
  }
}

function keyOf(node: PythonNode): string {
  if (node.kind === "string" || node.kind === "scalar") return String(node.value);
  throw new PythonSyntaxError();
}
