import { hash } from "node:crypto";

/**
 * SHA-256 in hex over rows, independent of the order of their members. Canonical and typed: an integer (number or
 * bigint alike) is `i5;`, any other number `d0.5;`, text has its length in bytes before it, null is `n`, members
 * are sorted by UTF-16 code units, lists and objects have their counts before them. Money and decimals come in as
 * text. Throws on what has no canonical form: undefined, NaN, an infinity, a lone surrogate, a class instance.
 *
 * A member that came later is left out of a row where it is empty: rows from before it hash as they did then, and a
 * batch that an older version began has the same root under both.
 */
export function rowsHash(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return hash(
    "sha256",
    `spendtrail.rows.v1\na${rows.length}:${rows.map((row) => object(row, LATER)).join("")}`,
    "hex",
  );
}

/** Columns that `events_v1` got later; each stays here for ever. */
const LATER: ReadonlySet<string> = new Set(["cost_center", "allocation_id", "list_usd"]);
const NONE: ReadonlySet<string> = new Set();

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
      return object(value, NONE);
    default:
      throw new TypeError(`a row holds ${typeof value}; say null`);
  }
}

/** `later` are members that are left out where they are empty. */
function object(value: object, later: ReadonlySet<string>): string {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("a row holds an object that is no plain one");
  }
  const members = value as Readonly<Record<string, unknown>>;
  const shape = shapeOf(Object.keys(members));
  let [count, out] = [0, ""];
  for (const { key, label } of shape) {
    const member = members[key];
    if ((member === "" || member === null) && later.has(key)) continue;
    count += 1;
    out += label + encoded(member);
  }
  return `o${count}:${out}`;
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
