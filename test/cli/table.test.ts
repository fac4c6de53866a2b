import { describe, expect, test } from "vitest";
import { type Column, tableLines } from "#cli/table.ts";

interface Row {
  readonly name: string;
  readonly cost: string;
}
const COLUMNS: Column<Row>[] = [
  { title: "team", text: (row) => row.name },
  { title: "cost USD", text: (row) => row.cost, align: "right" },
];

describe("a table in the terminal", () => {
  test("names lean left and figures right, below a heading and a rule", () => {
    const rows = [
      { name: "search", cost: "1204.5" },
      { name: "data-platform", cost: "0.000000000001" },
    ];
    expect(tableLines(COLUMNS, rows)).toEqual([
      "team                 cost USD",
      "-------------  --------------",
      "search                 1204.5",
      "data-platform  0.000000000001",
    ]);
  });

  test("without rows it is its heading", () => {
    expect(tableLines(COLUMNS, [])).toEqual(["team  cost USD", "----  --------"]);
  });

  test("no line ends in spaces", () => {
    const narrow: Column<Row>[] = [
      { title: "cost", text: (row) => row.cost, align: "right" },
      { title: "team", text: (row) => row.name },
    ];
    const lines = tableLines(narrow, [
      { name: "a", cost: "1" },
      { name: "a-long-name", cost: "2" },
    ]);
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
  });

  test.each([
    ["an escape sequence that clears the screen", "\u001b[2Jsearch"],
    ["a line break that fakes a row", "search\n0.00  total"],
    ["a carriage return that overwrites the line", "search\rfinance"],
    ["a C1 control sequence introducer", "\u009b31msearch"],
    ["a right-to-left override", "\u202ehcraes"],
    ["a bidi isolate", "\u2066search\u2069"],
    ["a zero-width space", "sea\u200brch"],
    ["a line separator", "search\u2028finance"],
    ["NUL", "sea\u0000rch"],
    ["DEL", "sea\u007frch"],
  ])("%s in a name never reaches the terminal", (_what, name) => {
    const text = tableLines(COLUMNS, [{ name, cost: "1" }]).join("");
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(text).toContain("\ufffd");
    expect(tableLines(COLUMNS, [{ name, cost: "1" }])).toHaveLength(3);
  });

  test("letters of any script stay as they are, and columns still line up", () => {
    const lines = tableLines(COLUMNS, [
      { name: "Suche", cost: "1" },
      { name: "検索", cost: "22" },
      { name: "équipe", cost: "3" },
    ]);
    expect(lines[3]).toContain("検索");
    expect(new Set(lines.map(terminalWidth)).size).toBe(1);
  });
});

/** Cells that a terminal gives a line: two for the scripts of the test above that are drawn wide. */
function terminalWidth(line: string): number {
  return [...line].reduce((sum, sign) => sum + (/\p{Script=Han}/u.test(sign) ? 2 : 1), 0);
}
