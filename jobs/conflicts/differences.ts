import type { StoredRow } from "#jobs/conflicts/stored-row.ts";

/** What says only when and where a row arrived or was written, and with which settings and program. */
const ARRIVAL: ReadonlySet<string> = new Set([
  ...["epoch", "sign", "version", "append_time", "ingested_at", "topic", "partition", "offset", "element"],
  ...["adapter_version", "settings_offset", "bucket", "time_suspect"],
]);
/** More is no help to whoever reads it. */
const NAMES_MAX = 40;

/** The columns in which two rows differ, arrival aside. */
export function differingColumns(a: StoredRow, b: StoredRow): readonly string[] {
  return Object.keys(a.columns)
    .filter((name) => !ARRIVAL.has(name))
    .filter((name) => JSON.stringify(a.columns[name]) !== JSON.stringify(b.columns[name]))
    .slice(0, NAMES_MAX);
}

/** The paths of the members in which two stored records differ, names only; `$` where one is no JSON. */
export function differingPaths(a: string, b: string): readonly string[] {
  const paths: string[] = [];
  try {
    compare(JSON.parse(a), JSON.parse(b), "$", paths);
  } catch {
    return ["$"];
  }
  return paths;
}

function compare(a: unknown, b: unknown, path: string, paths: string[]): void {
  if (paths.length >= NAMES_MAX) return;
  if (!isObject(a) || !isObject(b)) {
    if (JSON.stringify(a) !== JSON.stringify(b)) paths.push(path);
    return;
  }
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
    compare(a[name], b[name], path === "$" ? name : `${path}.${name}`, paths);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
