/** Text of a scalar in an element; what is a default in protobuf (0, "") cannot be told from absent, and is left out. */
export const textOrNone = (value: string): string | null => (value === "" ? null : JSON.stringify(value));

export const numberOrNone = (value: number): string | null => (value === 0 ? null : String(value));

/** Nanoseconds since 1970 as digits in a string: they do not fit a double. */
export const timeOrNone = (nanoseconds: bigint): string | null =>
  nanoseconds === 0n ? null : `"${nanoseconds}"`;

/** A number where a double holds it exactly, else its digits in a string. */
export function int64Text(value: number | bigint): string {
  if (typeof value === "number") return String(value);
  const isSafe = value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
  return isSafe ? String(value) : `"${value}"`;
}

/** JSON has no NaN and no infinities; protobuf's own JSON writes them as these words. */
export function doubleText(value: number): string {
  if (Number.isFinite(value)) return JSON.stringify(value);
  return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"';
}
