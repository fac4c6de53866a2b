import { gatewayAmount } from "#core/gateway-amount.ts";
import { divideHalfEven, fitsMoney, type Money, parseMoney } from "#core/money.ts";
import { no, ok, type Result } from "#core/result.ts";

export type BadFigure = "bad_number";

/**
 * A cost in USD as a person or a cloud writes it: a plain decimal, below zero for a credit. Exponents are refused:
 * a spreadsheet that wrote `1.2E+05` has thrown digits away. Digits beyond 1e-12 USD are rounded half to even.
 */
export function readUsd(text: string): Result<Money, BadFigure> {
  const trimmed = text.trim();
  if (/^-?[\d.]+e[+-]?\d+$/i.test(trimmed))
    return no("bad_number", `"${trimmed.slice(0, 40)}" is in exponent notation, which has lost digits`);
  if (/^-?\d{1,26}\.\d{13,60}$/.test(trimmed)) return beyondOurPlaces(trimmed);
  return parseMoney(trimmed);
}

function beyondOurPlaces(text: string): Result<Money, BadFigure> {
  const read = gatewayAmount(text.replace("-", ""));
  if (!read.ok) return read;
  const money = parseMoney(read.value);
  return money.ok && text.startsWith("-") ? ok(-money.value as Money) : money;
}

/** An amount in cents (`"123.45"` is 1.2345 USD), as Anthropic's cost report states it. */
export function readCents(text: string): Result<Money, BadFigure> {
  const read = readUsd(text);
  if (!read.ok) return read;
  const size = read.value < 0n ? -read.value : read.value;
  const usd = divideHalfEven(size, 100n);
  return ok((read.value < 0n ? -usd : usd) as Money);
}

/** A gateway's own figure: the text of a double, exponents and float dust included. */
export function readFloatUsd(value: unknown): Result<Money, BadFigure> {
  const read = gatewayAmount(value);
  return read.ok ? parseMoney(read.value) : read;
}

/** A whole number of at most 18 digits, without signs, separators and exponents. */
export function readCount(value: unknown): Result<bigint, BadFigure> {
  if (typeof value === "number")
    return Number.isSafeInteger(value) && value >= 0
      ? ok(BigInt(value))
      : no("bad_number", `${value} is no whole number that can be trusted`);
  const text = String(value).trim();
  if (/^\d{1,18}(\.0+)?$/.test(text)) return ok(BigInt(text.split(".")[0] ?? "0"));
  if (/^\d[\d.]*e[+-]?\d+$/i.test(text))
    return no("bad_number", `"${text.slice(0, 40)}" is in exponent notation, which has lost digits`);
  return no("bad_number", `"${text.slice(0, 40)}" is no whole number of at most 18 digits`);
}

/**
 * A decimal quantity of a unit of `per` tokens as whole tokens, half to even: a cloud states 29.481 thousand. Whether
 * it had to be rounded is told.
 */
export function readScaled(
  text: string,
  per: bigint,
): Result<{ readonly tokens: bigint; readonly rounded: boolean }, BadFigure> {
  const read = readUsd(text);
  if (!read.ok) return read;
  if (read.value < 0n) return no("bad_number", `"${text.slice(0, 40)}" is a quantity below zero`);
  const scaled = read.value * per;
  if (!fitsMoney(scaled)) return no("bad_number", `"${text.slice(0, 40)}" is beyond what can be counted`);
  return ok({ tokens: divideHalfEven(scaled, UNIT), rounded: scaled % UNIT !== 0n });
}

const UNIT = 10n ** 12n;
