import { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";

/** Reads JSON that lies in a string; a value that is no string passes. */
export const JSON_IN_STRING = Symbol("@json");
/** A member's name, an index (negative: from the end), or the reading of JSON in a string. */
export type Step = string | number | typeof JSON_IN_STRING;

const NAME = /(?:'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)"|(@?[^.[\]'"@]+))/y;
const INDEX = /\[(-?\d{1,4})\]/y;
const AT_JSON = /@json(?![^.[])/y;

/**
 * The steps of a path such as `data.usage[0].'gen_ai.usage.input_tokens'` or `metadata@json.team`: names with dots
 * between them, a name that holds dots in quotes, `[n]` for a list's element, `@json` after text that holds JSON.
 */
export function parsePath(text: string): Result<readonly Step[], "bad_path"> {
  const steps: Step[] = [];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    const name = next(NAME);
    if (name === null) return no("bad_path", `a name is missing at character ${at + 1} of ${text}`);
    steps.push((name[1] ?? name[2] ?? name[3] ?? "").replaceAll(/\\(.)/g, "$1"));
    for (;;) {
      const index = next(INDEX);
      if (index !== null) steps.push(Number(index[1]));
      else if (next(AT_JSON) !== null) steps.push(JSON_IN_STRING);
      else break;
    }
    if (at === text.length) return ok(steps);
    if (text[at] !== ".")
      return no("bad_path", `"${text[at]}" is unexpected at character ${at + 1} of ${text}`);
    at += 1;
  }
}

/** The names of a path as redaction compares them: in lower case, without list elements, `a.b` as two. */
export function namesOf(steps: readonly Step[]): string[] {
  return steps.filter((step) => typeof step === "string").flatMap((name) => name.toLowerCase().split("."));
}

export const Path = z
  .string()
  .min(1)
  .max(256)
  .superRefine((text, context) => {
    const read = parsePath(text);
    if (!read.ok) context.addIssue({ code: "custom", message: read.detail });
  });

/** One path, or several in order: the first that leads to a value counts. */
export const Paths = z.union([Path, z.array(Path).min(1).max(16)]);
export type Paths = z.infer<typeof Paths>;

export const pathList = (paths: Paths): readonly string[] => (typeof paths === "string" ? [paths] : paths);
