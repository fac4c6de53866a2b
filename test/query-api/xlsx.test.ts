import { crc32, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ExportColumn } from "#query-api/exports/export-column.ts";
import type { Contents } from "#query-api/exports/manifest.ts";
import { createTally } from "#query-api/exports/tally.ts";
import { xlsxWriter } from "#query-api/exports/xlsx-writer.ts";
import { HARD_TEXTS } from "#test/query-api/export-calls.ts";

const COLUMNS: readonly ExportColumn[] = [
  { name: "team", type: "text" },
  { name: "day", type: "date" },
  { name: "event_time", type: "instant" },
  { name: "calls", type: "whole", isSummed: true },
  { name: "cost_usd", type: "decimal", isSummed: true },
];
const ROWS = HARD_TEXTS.map((team, at) => [
  team,
  "2026-11-01",
  "2026-11-01T12:00:00.001Z",
  String(at),
  at === 3 ? null : `-0.00000000000${at % 9}`,
]);
const CONTENTS: Contents = {
  export: "costs",
  format: "xlsx",
  query: { from: "2026-11-01T00:00:00.000Z", team: ["=1+1"] },
  teams: null,
  as_of: "2026-12-01T00:00:00.000Z",
  data_until: null,
  settings_offset: "7",
  periods: [],
  columns: COLUMNS.map(({ name }) => name),
  row_count: ROWS.length,
  sums: { calls: "66" },
  currency: "USD",
  unpriced_calls: "0",
  gateway_calls: "0",
  calls_cost: "0",
  charges: "0",
  charges_cost: "0",
  gateway_cost: "0",
};

/** The entries of an archive, read by its directory, apart from the writer. */
function entriesOf(archive: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  const end = archive.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [crc, packed, size] = [16, 20, 24].map((field) => archive.readUInt32LE(at + field));
    const length = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + 46, at + 46 + length);
    const start = archive.readUInt32LE(at + 42);
    const from = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    const content = inflateRawSync(archive.subarray(from, from + (packed ?? 0)));
    expect([name, content.length, crc32(content)]).toEqual([name, size, crc]);
    found.set(name, content.toString());
    at += 46 + length;
  }
  return found;
}

function written(rowsMax?: number): Map<string, string> {
  const writer = xlsxWriter(COLUMNS, ["team"], rowsMax);
  const tally = createTally(COLUMNS, ["team"]);
  tally.add(ROWS);
  const pieces = [
    writer.begin(),
    writer.rows(ROWS.slice(0, 5)),
    writer.rows(ROWS.slice(5)),
    writer.end(CONTENTS, tally.groups()),
  ];
  return entriesOf(Buffer.concat(pieces));
}

describe("a workbook", () => {
  const entries = written();
  const rows = entries.get("xl/worksheets/rows1.xml") ?? "";

  test("has the tabs Summary, Manifest and Rows", () => {
    const titles = [...(entries.get("xl/workbook.xml") ?? "").matchAll(/<sheet name="([^"]+)"/g)];
    expect(titles.map(([, title]) => title)).toEqual(["Summary", "Manifest", "Rows"]);
    expect(entries.get("xl/worksheets/summary.xml")).toContain("Total");
    expect(entries.get("xl/worksheets/manifest.xml")).toContain("settings_offset");
  });

  test("has no formula anywhere: a text is a text, a figure a number with all its digits", () => {
    for (const [name, content] of entries) expect([name, /<f[ >/]/.test(content)]).toEqual([name, false]);
    expect(rows).toContain(">=cmd|' /C calc'!A0</t>");
    expect(rows).toContain("<v>-0.000000000001</v>");
    expect(rows.match(/<row>/g)).toHaveLength(ROWS.length + 1);
  });

  test("keeps Unicode, and escapes what XML cannot hold", () => {
    expect(rows).toContain("Zürich 東京 🚀 \u202egnp.exe");
    expect(rows).toContain("_x0000_\u0001".replace("\u0001", "_x0001__x005F_x000D_"));
    expect(rows).toContain('"quoted", and; more');
  });

  test("goes on with another sheet where one is full", () => {
    const many = written(6);
    const sheets = [...many.keys()].filter((name) => name.includes("rows"));
    expect(sheets).toHaveLength(Math.ceil(ROWS.length / 5));
    const lines = sheets.map((name) => many.get(name)?.match(/<row>/g)?.length);
    expect(lines).toEqual([6, 6, 3]);
  });
});
