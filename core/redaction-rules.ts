import type { RedactionRules } from "#core/adapter.ts";
import { decodeKey } from "#core/json/scan.ts";
import { classOfName, isHeaderMap, type NameClass } from "#core/redaction-names.ts";

/** What becomes of a member's value. */
export type MemberClass = NameClass | "content" | "person";

/** An adapter's rules and the built-in names, ready to be asked once per member. */
export interface CompiledRules {
  /** The class of the member at the end of `path` (lower-case names, array levels left out). */
  classOf(path: readonly string[]): MemberClass;
  /** The key in lower case and without escapes. */
  keyOf(raw: string): string;
  /** The last names of all `content` and of all `person` rules, for text that is no JSON. */
  readonly contentNames: readonly string[];
  readonly personNames: readonly string[];
}

/** Compiled once per rules object: adapters are constants. */
export function compileRules(rules: RedactionRules): CompiledRules {
  const known = COMPILED.get(rules);
  if (known !== undefined) return known;
  const compiled = compile(rules);
  COMPILED.set(rules, compiled);
  return compiled;
}

const COMPILED = new WeakMap<RedactionRules, CompiledRules>();
/** Names repeat from record to record; a map keyed by strangers' names is bounded. */
const REMEMBERED_MAX = 4096;

interface Rule {
  /** The path's names, last first. */
  readonly names: readonly string[];
  readonly memberClass: MemberClass;
}

function compile(rules: RedactionRules): CompiledRules {
  const byLast = new Map<string, Rule[]>();
  // A secret is a secret before it is content, content is content before it is a person.
  for (const memberClass of ["credential", "content", "person"] as const) {
    for (const path of rules[memberClass]) {
      const names = path.toLowerCase().split(".").reverse();
      const last = names[0] ?? "";
      byLast.set(last, [...(byLast.get(last) ?? []), { names, memberClass }]);
    }
  }
  const lowered = new Map<string, string>();
  const inHeaders = new Map<string, NameClass>();
  const elsewhere = new Map<string, NameClass>();
  return {
    classOf(path) {
      const key = path[path.length - 1] ?? "";
      const rule = byLast.get(key)?.find(({ names }) => isSuffix(names, path));
      if (rule !== undefined) return rule.memberClass;
      const parent = path[path.length - 2] ?? "";
      const isHeader = isHeaderMap(parent);
      return remember(isHeader ? inHeaders : elsewhere, key, () => classOfName(key, isHeader));
    },
    keyOf: (raw) => remember(lowered, raw, () => decodeKey(raw).toLowerCase()),
    contentNames: rules.content.map(lastName),
    personNames: rules.person.map(lastName),
  };
}

function isSuffix(namesLastFirst: readonly string[], path: readonly string[]): boolean {
  return namesLastFirst.every((name, at) => path[path.length - 1 - at] === name);
}

const lastName = (path: string): string => path.toLowerCase().split(".").at(-1) ?? "";

function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= REMEMBERED_MAX) map.clear();
  const made = make();
  // A slice of a record would keep the whole record alive; a copy does not.
  map.set(Buffer.from(key).toString(), made);
  return made;
}
