import type { Condition } from "#core/mapping/condition.ts";
import type { RecordReader } from "#gateways/profile/record-reader.ts";

/** Whether all conditions hold for a record; none always do. */
export function allHold(conditions: readonly Condition[], record: RecordReader): boolean {
  return conditions.every((condition) => holds(condition, record.get(condition.path)));
}

function holds(condition: Condition, value: unknown): boolean {
  const { equals, one_of: oneOf, exists, at_least: atLeast, below, starts_with: start } = condition;
  if (exists !== undefined && exists !== (value !== undefined)) return false;
  if (equals !== undefined && !isSame(value, equals)) return false;
  if (oneOf !== undefined && !oneOf.some((one) => isSame(value, one))) return false;
  if (atLeast !== undefined && !(numberOf(value) >= atLeast)) return false;
  if (below !== undefined && !(numberOf(value) < below)) return false;
  return start === undefined || (typeof value === "string" && value.startsWith(start));
}

/** Numbers come as digits in text and booleans as words, as each gateway likes. */
function isSame(value: unknown, wanted: string | number | boolean): boolean {
  if (typeof value === "object" || value === undefined) return false;
  return String(value) === String(wanted);
}

function numberOf(value: unknown): number {
  if (typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value)) return Number(value);
  return typeof value === "number" ? value : Number.NaN;
}
