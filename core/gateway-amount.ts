import { divideHalfEven, fitsMoney, formatMoney, MONEY_DECIMALS, type Money } from "#core/money.ts";
import { no, ok, type Result } from "#core/result.ts";

const NUMBER = /^([+-]?)(\d{1,30})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A gateway's own figure as a plain decimal: a JSON number (the shortest text of a double is what the gateway
 * printed, so nothing is lost by reading it), or a string. Digits beyond 12 decimals are float dust of the gateway
 * (LiteLLM adds doubles) and are rounded half to even: the figure is evidence, never the ledger's own arithmetic.
 * A negative cost, NaN and anything that is no number is `bad_number`.
 */
export function gatewayAmount(value: unknown): Result<string, "bad_number"> {
  if (typeof value !== "number" && typeof value !== "string") return no("bad_number", "a cost is a number");
  const text = String(value).trim();
  const [, sign, whole = "", decimals = "", exponent = "0"] = NUMBER.exec(text) ?? [];
  if (sign === undefined) return no("bad_number", `"${text.slice(0, 40)}" is no cost`);
  const units = scale(BigInt(whole + decimals), Number(exponent) - decimals.length + MONEY_DECIMALS);
  if (sign === "-" && units !== 0n) return no("bad_number", `a cost of ${text.slice(0, 40)} is below zero`);
  if (!fitsMoney(units)) return no("bad_number", `a cost of ${text.slice(0, 40)} is beyond 26 digits`);
  return ok(formatMoney(units as Money));
}

/** digits * 10^power as an integer, half to even where power is negative. */
function scale(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(Math.min(power, 400));
  return divideHalfEven(digits, 10n ** BigInt(-power));
}
