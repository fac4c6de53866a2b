import { hash } from "node:crypto";

/**
 * SHA-256 in hex over rows, independent of the order of their members. Canonical and typed: an integer (number or
 * bigint alike) is `i5;`, any other number `d0.5;`, text has its length in bytes before it, null is `n`, members
 * are sorted by UTF-16 code units, lists and objects have their counts before them. Money and decimals come in as
 * text. Throws on what has no canonical form: undefined, NaN, an infinity, a lone surrogate, a class instance.
 */
export function rowsHash(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return hash("sha256", `spendtrail.rows.v1\n${encoded(rows)}`, "hex");
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
  const members = value as Readonly<Record<string, unknown>>;
  const shape = shapeOf(Object.keys(members));
  let out = `o${shape.length}:`;
  for (const { key, label } of shape) out += label + encoded(members[key]);
  return out;
}

interface Member {
  readonly key: string;
  /** The key as it is written. */
  readonly label: string;
}

/** Rows of a table have the same members in the same order: they are sorted and written once, not once a row. */
const SHAPES = new Map<string, readonly Member[]>();
const SHAPES_MAX = 200;

function shapeOf(keys: readonly string[]): readonly Member[] {
  const id = JSON.stringify(keys);
  const known = SHAPES.get(id);
  if (known !== undefined) return known;
  const shape = keys.toSorted((a, b) => (a < b ? -1 : 1)).map((key) => ({ key, label: text(key) }));
  if (SHAPES.size >= SHAPES_MAX) SHAPES.clear();
  SHAPES.set(id, shape);
  return shape;
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
