/** The members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** A value's members, null for anything that is no JSON object. */
export function membersOf(value: unknown): Members | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : null;
}

/** The members of each object among some values. */
export function objectsOf(values: readonly unknown[]): readonly Members[] {
  return values.map(membersOf).filter((members) => members !== null);
}

/** A JSON value that may have been written into a string, as loggers and BigQuery's JSON columns do. */
export function parsedJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
