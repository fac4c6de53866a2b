import { createHash } from "node:crypto";

/**
 * SHA-256 in hex over rows, independent of the order of their members. Canonical and typed: an integer (number or
 * bigint alike) is `i5;`, any other number `d0.5;`, text has its length in bytes before it, null is `n`, members
 * are sorted by UTF-16 code units, lists and objects have their counts before them. Money and decimals come in as
 * text. Throws on what has no canonical form: undefined, NaN, an infinity, a lone surrogate, a class instance.
 */
export function rowsHash(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return createHash("sha256").update("spendtrail.rows.v1\n").update(encoded(rows)).digest("hex");
}

function encoded(value: unknown): string {
  switch (typeof value) {
    case "string":
      return text(value);
    case "bigint":
      return `i${value};`;
    case "boolean":
      return value ? "t" : "f";
    case "number":
      return number(value);
    case "object":
      if (value === null) return "n";
      if (Array.isArray(value)) return `a${value.length}:${value.map(encoded).join("")}`;
      return object(value);
    default:
      throw new TypeError(`a row holds ${typeof value}; say null`);
  }
}

function object(value: object): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("a row holds an object that is no plain one");
  }
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `o${members.length}:${members.map(([key, member]) => text(key) + encoded(member)).join("")}`;
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`a row holds ${value}`);
  // BigInt() also writes -0 as 0 and large integers without an exponent.
  return Number.isInteger(value) ? `i${BigInt(value)};` : `d${value};`;
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError("a row holds a lone surrogate");
  return `s${Buffer.byteLength(value)}:${value}`;
}
