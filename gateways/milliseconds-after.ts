/** The moment some milliseconds after another; null for what is no duration (negative, or more than eleven days). */
export function millisecondsAfter(instant: string, ms: unknown): string | null {
  if (typeof ms !== "number" || !(ms >= 0 && ms < 1e9)) return null;
  return new Date(Date.parse(instant) + Math.round(ms)).toISOString();
}
