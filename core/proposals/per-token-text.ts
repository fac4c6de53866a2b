const EXPONENT = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;
/** USD per token to USD per 1,000,000 tokens. */
const SHIFT = 6;
/** A rate of the book has at most so many places for a million tokens. */
const PLACES_MAX = 6;

/**
 * A JSON number of USD per token as decimal text of USD per 1,000,000 tokens: `6.25e-6` is "6.25". The digits are moved,
 * never multiplied, so a float stays what it was written as. Null where that is no rate that the book can hold: below
 * 0, not finite, or the rest of somebody's float arithmetic (1.0999999999999999e-7).
 */
export function perMillionText(perToken: number): string | null {
  const [, whole, places = "", exponent = "0"] = EXPONENT.exec(String(perToken)) ?? [];
  if (whole === undefined) return null;
  const digits = `${whole}${places}`;
  const point = whole.length + Number(exponent) + SHIFT;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(point, 1);
  const decimals = padded.slice(at).replace(/0+$/, "");
  if (decimals.length > PLACES_MAX) return null;
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  if (integer.length > 12) return null;
  return decimals === "" ? integer : `${integer}.${decimals}`;
}
