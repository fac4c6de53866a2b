/** One field that differs between two versions of a budget. */
export interface FieldDifference {
  /** `amount_usd`, `period.zone`, `thresholds.actual`. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What differs, field by field and in the order of names; null on one side is a budget that is not there. */
export function fieldDifferences(before: Fields | null, after: Fields | null): readonly FieldDifference[] {
  const [left, right] = [flat(before ?? {}, ""), flat(after ?? {}, "")];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .map((field) => ({ field, before: left.get(field) ?? "-", after: right.get(field) ?? "-" }))
    .filter((one) => one.before !== one.after);
}

/** Objects field by field, lists as one value each. */
function flat(fields: Fields, under: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    const field = `${under}${name}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      for (const [inner, text] of flat(value as Fields, `${field}.`)) found.set(inner, text);
    else found.set(field, textOf(value));
  }
  return found;
}

function textOf(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "-";
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
