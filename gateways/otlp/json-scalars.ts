import { doubleText, int64Text, numberOrNone, textOrNone, timeOrNone } from "#gateways/otlp/scalar-text.ts";

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

// Each gives what protobuf's reader gives for the same value. A value of another type is passed on as it came, and
// whoever reads the element refuses it by name.

export function textJson(value: unknown): string | null {
  return typeof value === "string" ? textOrNone(value) : asCame(value);
}

export function numberJson(value: unknown): string | null {
  return typeof value === "number" ? numberOrNone(value) : asCame(value);
}

/** Hex in lower case; exporters that write ids as base64 instead are not corrected here. */
export function idJson(value: unknown): string | null {
  if (typeof value !== "string") return asCame(value);
  return textOrNone(/^[0-9a-fA-F]*$/.test(value) ? value.toLowerCase() : value);
}

export function timeJson(value: unknown): string | null {
  const time = integer(value);
  return time === null || time < 0n || time > UINT64_MAX ? asCame(value) : timeOrNone(time);
}

export function int64Json(value: unknown): string {
  const number = integer(value);
  if (number === null || number > INT64_MAX || number < -INT64_MAX - 1n) return JSON.stringify(value);
  return int64Text(number);
}

const NUMBER_WORDS: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

export function doubleJson(value: unknown): string {
  if (typeof value === "number") return doubleText(value);
  const word = NUMBER_WORDS.get(value);
  if (word !== undefined) return doubleText(word);
  const isNumber = typeof value === "string" && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
  return isNumber ? doubleText(Number(value)) : JSON.stringify(value);
}

/** Standard or URL-safe base64, with or without its padding, as protobuf's JSON takes it. */
export function bytesJson(value: unknown): string {
  const isBase64 = typeof value === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value);
  return isBase64 ? `"${Buffer.from(value, "base64").toString("base64")}"` : JSON.stringify(value);
}

function integer(value: unknown): bigint | null {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : null;
  return typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}

function asCame(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
