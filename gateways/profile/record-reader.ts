import { JSON_IN_STRING, type Paths, parsePath, pathList, type Step } from "#core/mapping/path.ts";

/** Text of this length is no metadata; reading it would be reading content. */
const JSON_LENGTH_MAX = 262_144;

/** The parsed paths of one profile, made once. */
export interface PathTable {
  readonly roots: readonly (readonly Step[])[];
  readonly absent: ReadonlySet<string>;
  /** Filled as paths are met; a profile has few. */
  readonly steps: Map<string, readonly Step[]>;
}

export function pathTable(profile: {
  readonly roots: readonly string[];
  readonly absent: readonly string[];
}): PathTable {
  const roots = profile.roots.map((root) => (root === "$" ? [] : stepsOf(root)));
  return { roots, absent: new Set(profile.absent), steps: new Map() };
}

/** Finds values in one record by the paths of a profile. */
export class RecordReader {
  readonly #record: unknown;
  readonly #table: PathTable;
  readonly #parsed = new Map<string, unknown>();

  constructor(record: unknown, table: PathTable) {
    this.#record = record;
    this.#table = table;
  }

  /** The first value that is there; null, "" and what the profile calls absent are none. */
  get(paths: Paths | undefined): unknown {
    if (paths === undefined) return undefined;
    for (const path of pathList(paths)) {
      const steps = this.#stepsOf(path);
      for (const root of this.#table.roots) {
        const value = this.#follow(
          steps,
          root.length === 0 ? this.#record : this.#follow(root, this.#record),
        );
        if (!this.#isAbsent(value)) return value;
      }
    }
    return undefined;
  }

  #isAbsent(value: unknown): boolean {
    if (value === undefined || value === null || value === "") return true;
    return typeof value === "string" && this.#table.absent.has(value);
  }

  #stepsOf(path: string): readonly Step[] {
    const known = this.#table.steps.get(path);
    if (known !== undefined) return known;
    const steps = stepsOf(path);
    this.#table.steps.set(path, steps);
    return steps;
  }

  #follow(steps: readonly Step[], from: unknown): unknown {
    let value = from;
    for (const step of steps) {
      if (step === JSON_IN_STRING) value = typeof value === "string" ? this.#json(value) : value;
      else if (typeof step === "number") value = Array.isArray(value) ? value.at(step) : undefined;
      else value = memberOf(value, step);
      if (value === undefined || value === null) return undefined;
    }
    return value;
  }

  #json(text: string): unknown {
    if (text.length > JSON_LENGTH_MAX || !/^\s*[{[]/.test(text)) return undefined;
    if (!this.#parsed.has(text)) this.#parsed.set(text, parsed(text));
    return this.#parsed.get(text);
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  // What every object inherits is no member of a record.
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A profile's paths passed its schema. */
function stepsOf(path: string): readonly Step[] {
  const read = parsePath(path);
  if (!read.ok) throw new Error(`a path passed its schema: ${path}`);
  return read.value;
}
