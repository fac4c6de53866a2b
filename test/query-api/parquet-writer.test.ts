import { expect, test } from "vitest";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import { parquetWriter } from "#query-api/exports/parquet-writer.ts";

const columns: readonly ExportColumn[] = [
  { name: "team", type: "text" },
  { name: "cost_usd", type: "decimal", isSummed: true },
  { name: "input_tokens", type: "whole", isSummed: true },
  { name: "event_time", type: "instant" },
];
const rows = Array.from(
  { length: 45_001 },
  (_, at): Cells => [
    at % 7 === 0 ? null : `team-${at % 5} äöü`,
    at % 11 === 0 ? null : `0.${String(at).padStart(12, "0")}`,
    at % 13 === 0 ? null : String(at),
    new Date(1_790_000_000_000 + at).toISOString(),
  ],
);

function written(cuts: readonly number[]): Buffer {
  const writer = parquetWriter(columns);
  const pieces = [writer.begin()];
  let from = 0;
  for (const to of [...cuts, rows.length]) {
    pieces.push(writer.rows(rows.slice(from, to)));
    from = to;
  }
  return Buffer.concat([...pieces, writer.end({} as never, [])]);
}

test("a Parquet file is the same bytes however its rows came in pages", () => {
  const whole = written([]);
  expect(written([5_000, 10_000, 15_000, 20_000, 25_000, 40_000]).equals(whole)).toBe(true);
  expect(written([1, 2, 2, 19_999, 20_001, 44_999]).equals(whole)).toBe(true);
});
