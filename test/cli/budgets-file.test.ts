import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readBudgetsFile } from "#cli/budgets/read-file.ts";

const folder = mkdtempSync(join(tmpdir(), "spendtrail-budgets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string | Buffer, name = "budgets.yaml"): unknown {
  const path = join(folder, name);
  writeFileSync(path, content);
  return readBudgetsFile(path);
}

describe("a file of budgets", () => {
  test.each([
    ["2000", "2000"],
    ["2000.10", "2000.10"],
    ["0.123456789012", "0.123456789012"],
    ["123456789012.000000000001", "123456789012.000000000001"],
    ["'50'", "50"],
    ["2e3", "2e3"],
    ["0x10", "0x10"],
    ["1.0000000000001", "1.0000000000001"],
    ["-0", "-0"],
  ])("has the amount %s as the text %s, never as a float", (yaml, text) => {
    expect(
      read(`budgets:\n  - { id: a, amount_usd: ${yaml}, top_ups: [{ amount_usd: ${yaml} }] }\n`),
    ).toEqual({
      budgets: [{ id: "a", amount_usd: text, top_ups: [{ amount_usd: text }] }],
    });
  });

  test("is JSON as well, with a byte order mark, and dates in it stay text", () => {
    const json = '\ufeff{"budgets": [{"id": "a", "amount_usd": 12.50}]}';
    expect(read(json, "budgets.json")).toEqual({ budgets: [{ id: "a", amount_usd: "12.50" }] });
    expect(read("budgets: [{ valid_from: 2026-12-01 }]")).toEqual({
      budgets: [{ valid_from: "2026-12-01" }],
    });
  });

  test("may share what its budgets have alike by anchors", () => {
    expect(read("budgets:\n  - period: &p { kind: month }\n  - period: *p\n")).toEqual({
      budgets: [{ period: { kind: "month" } }, { period: { kind: "month" } }],
    });
  });

  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
  for (let depth = 0; depth < 8; depth += 1) {
    const [from, to] = ["abcdefghi"[depth], "abcdefghi"[depth + 1]];
    bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(",")}]`);
  }
  test.each([
    ["a key twice", "budgets: []\nbudgets: []\n", "line 2: Map keys must be unique"],
    ["a broken bracket", "budgets:\n  - { id: a\n", "line"],
    ["a tab for a blank", "budgets:\n\t- id: a\n", "line 2"],
    ["a tag that is not known", "budgets: !!js/function 'x'\n", "line 1: Unresolved tag"],
    ["two documents", "budgets: []\n---\nbudgets: []\n", "line"],
    ["an anchor that is not there", "budgets: *none\n", "none"],
    ["aliases of aliases", bomb.join("\n"), "Excessive alias count"],
    ["what is not UTF-8", Buffer.from([0x62, 0xff, 0xfe]), "it is not UTF-8"],
  ])("is refused with %s", (_, content, said) => {
    expect(() => read(content)).toThrow(said);
  });

  test("that is not there is refused by name", () => {
    expect(() => readBudgetsFile(join(folder, "none.yaml"))).toThrow(/none\.yaml cannot be used:\nENOENT/);
  });
});
