import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { rowsHash } from "#core/rows-hash.ts";

describe("equal rows have one hash", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["whatever the order of members", { a: 1, b: { c: null, d: "x" } }, { b: { d: "x", c: null }, a: 1 }],
    ["an integer as number and bigint", { a: 5 }, { a: 5n }],
    ["minus zero", { a: -0 }, { a: 0 }],
  ])("%s", (_, one, other) => {
    expect(rowsHash([one])).toBe(rowsHash([other]));
  });
});

describe("different rows have different hashes", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["null and missing", { a: null }, {}],
    ["null and empty", { a: null }, { a: "" }],
    ["null and 0", { a: null }, { a: 0 }],
    ["a number and its text", { a: 5 }, { a: "5" }],
    ["false and 0", { a: false }, { a: 0 }],
    ["where one text ends and the next begins", { a: "x", b: "yz" }, { a: "xy", b: "z" }],
    ["text that imitates the encoding", { a: "x", b: "y" }, { a: "xs1:bs1:y" }],
    ["NFC and NFD", { a: "\u00e9" }, { a: "e\u0301" }],
    ["the order in a list", { a: ["x", "y"] }, { a: ["y", "x"] }],
    ["a list and an object", { a: [] }, { a: {} }],
    ["0.1 and the next double", { a: 0.1 }, { a: 0.10000000000000002 }],
    ["large integers that doubles confuse", { a: 2n ** 53n }, { a: 2n ** 53n + 1n }],
    ["decimal text with another scale", { a: "1.0" }, { a: "1.00" }],
  ])("%s", (_, one, other) => {
    expect(rowsHash([one])).not.toBe(rowsHash([other]));
  });

  test("the order of rows and how many there are", () => {
    expect(rowsHash([{ a: 1 }, { a: 2 }])).not.toBe(rowsHash([{ a: 2 }, { a: 1 }]));
    expect(rowsHash([])).not.toBe(rowsHash([{}]));
  });
});

test("the encoding is fixed: no rows, and one of each kind", () => {
  const hash = (text: string) => createHash("sha256").update(`spendtrail.rows.v1\n${text}`).digest("hex");
  expect(rowsHash([])).toBe(hash("a0:"));
  expect(rowsHash([{ z: null, n: -7n, f: 0.5, ok: true, no: false, s: "é", l: [1] }])).toBe(
    hash("a1:o7:s1:fd0.5;s1:la1:i1;s1:ni-7;s2:nofs2:okts1:ss2:és1:zn"),
  );
});

describe("a column that came later", () => {
  test("is no difference where it is empty: rows from before it keep their hash", () => {
    const old = { team: "search", details: {} };
    expect(rowsHash([{ ...old, cost_center: "", allocation_id: "" }])).toBe(rowsHash([old]));
    expect(rowsHash([{ ...old, list_usd: null }])).toBe(rowsHash([old]));
    expect(rowsHash([{ ...old, a: null }])).not.toBe(rowsHash([old]));
    expect(rowsHash([{ ...old, cost_center: "" }, { a: "" }])).toBe(rowsHash([old, { a: "" }]));
  });

  test("is covered where it says something, and only as a column", () => {
    const row = { team: "search", details: { cost_center: "" } };
    expect(rowsHash([{ ...row, cost_center: "4200" }])).not.toBe(rowsHash([row]));
    expect(rowsHash([{ ...row, allocation_id: "x" }])).not.toBe(rowsHash([row]));
    expect(rowsHash([{ ...row, list_usd: "0" }])).not.toBe(rowsHash([row]));
    expect(rowsHash([row])).not.toBe(rowsHash([{ team: "search", details: {} }]));
  });
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["an infinity", Number.POSITIVE_INFINITY],
  ["a lone surrogate", "\ud800"],
  ["a date", new Date(0)],
  ["a function", () => 1],
])("%s has no canonical form and throws", (_, value) => {
  expect(() => rowsHash([{ a: value }])).toThrow(TypeError);
});
