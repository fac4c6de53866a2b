/** Below this a double is dust of some sum, and its places would be more than any figure has. */
const DUST = 1e-30;

/** A double as the shortest decimal that reads as it, without an exponent: 1.5e-7 is `0.00000015`. */
export function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) < DUST) return "0";
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", decimals = ""] = mantissa.replace("-", "").split(".");
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${whole}${decimals}`;
  return `${sign}${whole}${decimals.padEnd(power, "0")}`;
}
