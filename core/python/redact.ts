import { redactClaudeUserId } from "#core/claude-user-id.ts";
import type { PythonMember, PythonNode } from "#core/python/node.ts";
import { pythonLiteral } from "#core/python/string.ts";
import { CREDENTIAL_MARKER, contentMarker, isMarker } from "#core/redaction-markers.ts";
import { isCredentialHeader } from "#core/redaction-names.ts";
import type { RedactionPath } from "#core/redaction-path.ts";
import type { CompiledRules, MemberClass } from "#core/redaction-rules.ts";
import { scrubText } from "#core/redaction-shapes.ts";

/** A literal that begins like a container and has in it what JSON never has. */
const MAY_BE_PYTHON = /^\s*[[{(]/;
const IS_NOT_JSON = /[[{(,:=]\s*(?:'|None\b|True\b|False\b|[A-Za-z_.]{1,64}\()/;

/** A cheap look, wrong only where it says yes. */
export function mayBePython(text: string): boolean {
  return MAY_BE_PYTHON.test(text) && IS_NOT_JSON.test(text);
}

export interface PythonRedaction {
  readonly rules: CompiledRules;
  readonly person: (value: string) => string;
  /** What becomes of a string without a rule of its own; it may hold JSON. */
  readonly plain: (value: string, path: RedactionPath) => string;
}

/** A Python literal with markers in the place of what must not be stored; the rest stays as it was, and readable. */
export function redactPython(
  text: string,
  root: PythonNode,
  path: RedactionPath,
  redaction: PythonRedaction,
): string {
  const splices: Splice[] = [];
  new Walk(text, redaction, splices).node(root, path, "none");
  let out = "";
  let from = 0;
  for (const { start, end, by } of splices) {
    out += text.slice(from, start) + by;
    from = end;
  }
  return out + text.slice(from);
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

class Walk {
  readonly #text: string;
  readonly #redaction: PythonRedaction;
  readonly #splices: Splice[];
  #keysCut = 0;

  constructor(text: string, redaction: PythonRedaction, splices: Splice[]) {
    this.#text = text;
    this.#redaction = redaction;
    this.#splices = splices;
  }

  node(node: PythonNode, path: RedactionPath, memberClass: MemberClass): void {
    if (memberClass === "content") {
      this.#content(node);
      return;
    }
    switch (node.kind) {
      case "string":
        if (node.value === "" || this.#redaction.rules.isAbsent(node.value) || isMarker(node.value)) return;
        this.#put(node, node.value, this.#string(node.value, path, memberClass));
        return;
      case "scalar":
        if (typeof node.value !== "number") return;
        if (memberClass === "credential") this.#put(node, "", CREDENTIAL_MARKER);
        if (memberClass === "person") this.#put(node, "", this.#redaction.person(String(node.value)));
        return;
      case "list":
        this.#list(node.items, path, memberClass);
        return;
      default:
        for (const member of node.members) this.#member(member, path, memberClass);
    }
  }

  #member({ key, keyNode, node }: PythonMember, path: RedactionPath, inherited: MemberClass): void {
    if (keyNode?.kind === "string" && !isMarker(key) && scrubText(key) !== key) {
      this.#put(keyNode, key, `[credential ${++this.#keysCut}]`);
    }
    const memberPath = path.named(key);
    this.node(node, memberPath, inherited === "none" ? memberPath.classIn(null) : inherited);
  }

  /** `('authorization', 'Bearer …')`: what follows a credential's name in a list. */
  #list(items: readonly PythonNode[], path: RedactionPath, memberClass: MemberClass): void {
    let isSecret = false;
    for (const item of items) {
      const isText = item.kind === "string";
      if (isText && isSecret && !isMarker(item.value) && item.value !== "")
        this.#put(item, item.value, CREDENTIAL_MARKER);
      else this.node(item, path, memberClass);
      isSecret = isText && !isSecret && isCredentialHeader(item.value);
    }
  }

  #string(value: string, path: RedactionPath, memberClass: MemberClass): string {
    switch (memberClass) {
      case "credential":
      case "credential_text":
      // A dump of Python's may be of anything, as in an error's text: a key there is no hash for sure.
      case "key_or_hash":
        return CREDENTIAL_MARKER;
      case "person":
        return redactClaudeUserId(value, this.#redaction.person);
      default:
        return this.#redaction.plain(value, path);
    }
  }

  #content(node: PythonNode): void {
    if (node.kind === "scalar" && typeof node.value !== "number") return;
    if (node.kind === "string" && (node.value === "" || isMarker(node.value))) return;
    if (node.kind === "list" && node.items.length === 0) return;
    if (node.kind === "dict" && node.members.length === 0) return;
    const bytes = Buffer.byteLength(this.#text.slice(node.start, node.end));
    this.#put(node, "", contentMarker(bytes));
  }

  #put({ start, end }: PythonNode, before: string, by: string): void {
    if (by !== before) this.#splices.push({ start, end, by: pythonLiteral(by) });
  }
}
