import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSourcesFile } from "#core/sources-import.ts";
import { ADAPTERS } from "#gateways/registry.ts";

const PAGE = readFileSync("docs/gateways.md", "utf8");
const ROWS = PAGE.split("\n").flatMap((line) => {
  const cells = line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  const name = /^`([a-z-]+)`$/.exec(cells[0] ?? "")?.[1];
  return name === undefined ? [] : [{ name, cells }];
});
const FOLDERS = globSync("*", { cwd: "examples/gateways" });

test("every gateway whose records can be read has one row, with no cell left empty", () => {
  const names = ROWS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const gateway of ADAPTERS.keys()) expect(names).toContain(gateway);
  for (const { name, cells } of ROWS) {
    expect(cells, name).toHaveLength(11);
    expect(
      cells.filter((cell) => cell === ""),
      name,
    ).toEqual([]);
  }
});

test("no row is of a gateway that cannot be read", () => {
  expect(ROWS.map(({ name }) => name).filter((name) => !ADAPTERS.has(name))).toEqual([]);
});

test("each row says what its adapter is proven on", () => {
  for (const { name, cells } of ROWS)
    expect(cells[9], name).toMatch(/^(?:captured|documented|composed)|^your own records$/);
});

test.each(ROWS)("$name has a page that is there and says its name", ({ name, cells }) => {
  const page = /\[page\]\(([^)]+)\)/.exec(cells[10] ?? "")?.[1];
  expect(existsSync(`docs/${page}`)).toBe(true);
  expect(readFileSync(`docs/${page}`, "utf8")).toContain(name);
});

test.each(FOLDERS)(
  "the configuration of %s is linked in the row of each gateway that its sources name",
  (folder) => {
    const read = readSourcesFile(readFileSync(`examples/gateways/${folder}/sources.json`, "utf8"));
    if (!read.ok) throw new Error(read.detail);
    for (const { gateway } of read.value) {
      const row = ROWS.find(({ name }) => name === gateway);
      expect(row?.cells[10], gateway).toContain(`../examples/gateways/${folder}/README.md`);
    }
  },
);

test("every link leads somewhere", () => {
  for (const [, link = ""] of PAGE.matchAll(/\]\(([^)#:]+)\)/g))
    expect(existsSync(`docs/${link}`), link).toBe(true);
});
