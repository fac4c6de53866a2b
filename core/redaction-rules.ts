import type { RedactionRules } from "#core/adapter.ts";
import { decodeKey } from "#core/json/scan.ts";
import { classOfName, isHeaderMap, type NameClass } from "#core/redaction-names.ts";

/** What becomes of a member's value. */
export type MemberClass = NameClass | "content" | "person";

/** An adapter's rules and the built-in names, ready to be asked once per member. */
export interface CompiledRules {
  /**
   * The class of the member at the end of `path` (lower-case names, array levels left out). `kind` is what a sibling
   * before it says the object is, see `personUnless`.
   */
  classOf(path: readonly string[], kind?: string | null): MemberClass;
  /** Whether a member of this name says what kind of thing its object is. */
  isKind(key: string): boolean;
  /** Whether a rule `name.*` makes content of all that lies in the member at the end of `path`, so of bare text in it. */
  isContentUnlessJson(path: readonly string[]): boolean;
  /** Whether a text stands for no value. */
  isAbsent(value: string): boolean;
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
  const inside = byLast.get("*");
  const unless = rules.personUnless;
  const isSpared = (key: string, kind: string | null | undefined) =>
    unless?.members.includes(key) === true && unless.kinds.includes(kind ?? "");
  const lowered = new Map<string, string>();
  const inHeaders = new Map<string, NameClass>();
  const elsewhere = new Map<string, NameClass>();
  return {
    classOf(memberPath, kind) {
      const path = memberPath.some(isDotted) ? memberPath.flatMap((name) => name.split(".")) : memberPath;
      const whole = memberPath[memberPath.length - 1] ?? "";
      const key = path[path.length - 1] ?? "";
      const rule = fitting(inside, path) ?? fitting(byLast.get(key), path);
      if (rule !== undefined)
        return rule.memberClass === "person" && isSpared(key, kind) ? "none" : rule.memberClass;
      const parent = path[path.length - 2] ?? "";
      const isHeader = isHeaderMap(parent);
      return remember(isHeader ? inHeaders : elsewhere, whole, () => {
        const named = classOfName(whole, isHeader);
        return named === "none" && whole !== key ? classOfName(key, isHeader) : named;
      });
    },
    isKind: (key) => key === unless?.kindIn,
    isContentUnlessJson: (path) =>
      inside !== undefined &&
      fitting(inside, [...path.flatMap((name) => name.split(".")), "*"]) !== undefined,
    isAbsent: (value) => rules.absent?.includes(value) === true,
    keyOf: (raw) => remember(lowered, raw, () => decodeKey(raw).toLowerCase()),
    contentNames: rules.content.flatMap(namesInText),
    personNames: rules.person.flatMap(namesInText),
  };
}

function fitting(rules: readonly Rule[] | undefined, path: readonly string[]): Rule | undefined {
  return rules?.find(({ names }) => isSuffix(names, path));
}

function isSuffix(namesLastFirst: readonly string[], path: readonly string[]): boolean {
  return namesLastFirst.every((name, at) => {
    const there = path[path.length - 1 - at];
    return there === name || (name === "*" && there !== undefined);
  });
}

/** Flat records have the dots of a path within one name: `{"gen_ai.prompt": …}`. */
const isDotted = (name: string): boolean => name.includes(".");

/** A member of a path may be called by its last name or by any dotted end of it; of `updated_values.*`, `updated_values`. */
function namesInText(path: string): string[] {
  const names = path.toLowerCase().replace(/\.\*$/, "").split(".");
  return names.map((_name, at) => names.slice(at).join("."));
}

function remember<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= REMEMBERED_MAX) map.clear();
  const made = make();
  // A slice of a record would keep the whole record alive; a copy does not.
  map.set(Buffer.from(key).toString(), made);
  return made;
}
