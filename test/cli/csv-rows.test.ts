import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { csvRowsOf } from "#cli/csv-rows.ts";
import { Failure } from "#core/failure.ts";

const folder = mkdtempSync(join(tmpdir(), "spendtrail-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string | Buffer) {
  const path = join(folder, "file.csv");
  writeFileSync(path, content);
  return csvRowsOf(path);
}

function faultOf(content: string | Buffer): string {
  try {
    read(content);
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("rows of a CSV file", () => {
  test("with CRLF and a byte order mark, as Excel saves it, are those with LF and without", () => {
    const rows = [
      { line: 2, cells: { a: "1", b: "x, y" } },
      { line: 3, cells: { a: "", b: "3" } },
    ];
    expect(read('a,b\n1,"x, y"\n,3\n')).toEqual(rows);
    expect(read('\ufeffa,b\r\n1,"x, y"\r\n, 3 \r\n\r\n')).toEqual(rows);
  });

  test("are none under a header alone, and in an empty file", () => {
    expect([read("a,b\n"), read("")]).toEqual([[], []]);
  });

  test.each<[string, string | Buffer, string]>([
    ["a row that is too long", "a,b\n1,2,3\n", "no CSV that can be read"],
    ["a row that is too short", "a,b\n1\n", "no CSV that can be read"],
    ["a quote that does not end", 'a,b\n1,"2\n', "no CSV that can be read"],
    ["semicolons", "a;b\n1;2\n", "separated by semicolons"],
    ["a column twice", "a,a\n1,2\n", "names the column a twice"],
    ["Latin-1", Buffer.from("a,b\nM\u00fcller,2\n", "latin1"), "not UTF-8"],
    ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"), "not UTF-8"],
  ])("%s is refused", (_, content, said) => {
    expect(faultOf(content)).toContain("FILE_UNREADABLE");
    expect(faultOf(content)).toContain(said);
  });

  test("a file that is not there is refused", () => {
    expect(() => csvRowsOf(join(folder, "none.csv"))).toThrow(/none\.csv cannot be used/);
  });
});
