import type { Condition } from "#core/mapping/condition.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import { type Paths, pathList } from "#core/mapping/path.ts";

/** A path that a map reads, with the member that names it. */
export interface ReadPath {
  readonly member: readonly (string | number)[];
  readonly path: string;
}

/** Members that hold no path. */
const NO_PATHS = new Set([
  ...["unit", "table", "otherwise", "is", "total_is", "includes_cache", "zero", "without_cache_counts"],
  ...["elsewhere", "equals", "one_of", "exists", "at_least", "below", "starts_with", "attempt_from"],
  ...["model_prefixes", "action", "target_type"],
]);

/** Every path of a map or of conditions, however deep its member lies. */
export function readPaths(map: Partial<FieldMap> | readonly Condition[]): ReadPath[] {
  return walk(map, []);
}

function walk(value: unknown, member: readonly (string | number)[]): ReadPath[] {
  if (isPaths(value)) return pathList(value).map((path) => ({ member, path }));
  if (typeof value !== "object" || value === null) return [];
  // Whether a value is there can be asked of any member: a marker stands where it was cut.
  if ("exists" in value && value.exists !== undefined) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    NO_PATHS.has(name) && !Array.isArray(value)
      ? []
      : walk(inner, [...member, Array.isArray(value) ? Number(name) : name]),
  );
}

function isPaths(value: unknown): value is Paths {
  if (typeof value === "string") return true;
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}
