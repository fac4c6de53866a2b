import type { RedactionRules } from "#core/adapter.ts";
import { classOfName, isHeaderMap, type NameClass } from "#core/redaction-names.ts";
import { RedactionPath, type TreeSize } from "#core/redaction-path.ts";

/** What becomes of a member's value. */
export type MemberClass = NameClass | "content" | "person";

/** An adapter's rules and the built-in names, ready to be asked once per member. */
export interface CompiledRules {
  /** The class of the member at the end of `path` (lower-case names, array levels left out). */
  classOf(path: readonly string[]): MemberClass;
  /** Whether a member of this name names a person only in objects of other kinds than `kind`, see `personUnless`. */
  isSpared(key: string, kind: string | null): boolean;
  /** Whether a member of this name says what kind of thing its object is. */
  isKind(key: string): boolean;
  /** Whether a rule `name.*` makes content of all that lies in the member at the end of `path`, so of bare text in it. */
  isContentUnlessJson(path: readonly string[]): boolean;
  /** Whether a text stands for no value. */
  isAbsent(value: string): boolean;
  /** Where a path begins; asked for anew for each record, since it forgets the names of strangers. */
  root(): RedactionPath;
  /** Whether the tree below the last root has more names than are kept. */
  isTreeFull(): boolean;
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
/** Paths repeat from record to record; a tree of strangers' names is bounded. */
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
  let size: TreeSize = { paths: 0, isFull: false };
  let root: RedactionPath | null = null;
  const compiled: CompiledRules = {
    classOf(memberPath) {
      // Flat records have the dots of a path within one name: `{"gen_ai.prompt": …}`.
      const path = memberPath.flatMap((name) => name.split("."));
      const whole = memberPath[memberPath.length - 1] ?? "";
      const key = path[path.length - 1] ?? "";
      const rule = fitting(inside, path) ?? fitting(byLast.get(key), path);
      if (rule !== undefined) return rule.memberClass;
      const isHeader = isHeaderMap(path[path.length - 2] ?? "");
      const named = classOfName(whole, isHeader);
      return named === "none" && whole !== key ? classOfName(key, isHeader) : named;
    },
    isSpared: (key, kind) =>
      kind !== null && unless?.members.includes(key) === true && unless.kinds.includes(kind),
    isKind: (key) => key === unless?.kindIn,
    isContentUnlessJson: (path) =>
      inside !== undefined &&
      fitting(inside, [...path.flatMap((name) => name.split(".")), "*"]) !== undefined,
    isAbsent: (value) => rules.absent?.includes(value) === true,
    root() {
      if (root === null || size.paths > REMEMBERED_MAX) {
        size = { paths: 0, isFull: false };
        root = new RedactionPath(compiled, [], size);
      }
      return root;
    },
    isTreeFull: () => size.isFull,
    contentNames: rules.content.flatMap(namesInText),
    personNames: rules.person.flatMap(namesInText),
  };
  return compiled;
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

/** A member of a path may be called by its last name or by any dotted end of it; of `updated_values.*`, `updated_values`. */
function namesInText(path: string): string[] {
  const names = path.toLowerCase().replace(/\.\*$/, "").split(".");
  return names.map((_name, at) => names.slice(at).join("."));
}
