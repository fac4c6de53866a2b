import type { Meters } from "#core/meters.ts";

/**
 * The sentence that says which meters contradict each other, or null. Parts larger than their whole are never
 * guessed at: the record becomes a reject (`meters_contradict`).
 */
export function meterContradiction(meters: Meters): string | null {
  const { thinking_tokens: thinking, output_tokens: output } = meters;
  if (thinking !== null && output !== null && thinking > output) {
    return `thinking_tokens ${thinking} are more than output_tokens ${output}, of which they are a part`;
  }
  return null;
}
