import { no, ok, type Result } from "#core/result.ts";

declare const usd: unique symbol;
/** An amount in 1e-12 USD. A rate of 6 decimals per million tokens is a whole number of these per token. */
export type Money = bigint & { readonly [usd]: "1e-12 USD" };

export const ZERO = 0n as Money;
/** Decimal places of an amount, in ClickHouse too: Decimal(38, 12). */
export const MONEY_DECIMALS = 12;
const UNIT = 10n ** BigInt(MONEY_DECIMALS);
/** Decimal(38, 12) holds 26 digits before the point. */
const MONEY_MAX = 10n ** 38n - 1n;

const PLAIN_DECIMAL = /^(-?)(\d{1,26})(?:\.(\d{1,12}))?$/;

/** Reads a plain decimal of at most 26 digits and 12 decimals. Exponents, signs of plus and blanks are refused. */
export function parseMoney(text: string): Result<Money, "bad_number"> {
  const [, sign, whole = "", decimals = ""] = PLAIN_DECIMAL.exec(text) ?? [];
  if (sign === undefined)
    return no("bad_number", `"${text.slice(0, 40)}" is no decimal with at most 12 places`);
  const units = BigInt(whole) * UNIT + BigInt(decimals.padEnd(MONEY_DECIMALS, "0"));
  return ok((sign === "-" ? -units : units) as Money);
}

/** The shortest plain decimal: `0.0544285`, `12`, `-0.5`, `0`. */
export function formatMoney(amount: Money): string {
  if (amount === 0n) return "0";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(MONEY_DECIMALS + 1, "0");
  const decimals = digits.slice(-MONEY_DECIMALS).replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -MONEY_DECIMALS)}${decimals === "" ? "" : `.${decimals}`}`;
}

export function addMoney(amounts: Iterable<Money>): Money {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum as Money;
}

/** Whether ClickHouse's column holds it. */
export function fitsMoney(amount: bigint): boolean {
  return amount <= MONEY_MAX && amount >= -MONEY_MAX;
}

/** A quotient of amounts that are not below zero, half to even. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}
