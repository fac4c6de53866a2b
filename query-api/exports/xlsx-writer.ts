import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { Contents } from "#query-api/exports/manifest.ts";
import type { RowWriter } from "#query-api/exports/row-writer.ts";
import type { TallyGroup } from "#query-api/exports/tally.ts";
import { headRow, type SheetCell, sheetRow } from "#query-api/exports/xlsx/sheet-row.ts";
import {
  SHEET_BEGIN,
  SHEET_END,
  type SheetPart,
  workbookParts,
} from "#query-api/exports/xlsx/workbook-parts.ts";
import { zipWriter } from "#query-api/exports/xlsx/zip.ts";

/** Rows of a sheet of Excel, its head included. */
const SHEET_ROWS_MAX = 1_048_576;
/** A piece is packed by itself; larger pieces pack better. */
const PIECE_ROWS = 2_000;

/**
 * A workbook: a summary, the manifest, and the rows, on as many sheets as they need. The rows are written first, as they
 * come, and the other sheets behind them; the order of the tabs is another matter.
 */
export function xlsxWriter(
  columns: readonly ExportColumn[],
  summaryBy: readonly string[],
  rowsMax = SHEET_ROWS_MAX,
): RowWriter {
  const zip = zipWriter();
  const names = columns.map(({ name }) => name);
  const files: string[] = [];
  let rowsOfSheet = 0;
  const beginSheet = (): Buffer[] => {
    const file = `rows${files.length + 1}.xml`;
    files.push(file);
    rowsOfSheet = 1;
    return [zip.begin(`xl/worksheets/${file}`), zip.piece(Buffer.from(SHEET_BEGIN + headRow(names)))];
  };
  const endSheet = () => [zip.piece(Buffer.from(SHEET_END)), zip.endEntry()];
  const written = (cells: Cells) =>
    sheetRow(columns.map(({ type }, at): SheetCell => ({ type, text: cells[at] ?? null })));
  const whole = (name: string, content: string) => [
    zip.begin(name),
    zip.piece(Buffer.from(content)),
    zip.endEntry(),
  ];
  return {
    begin: () => Buffer.concat(beginSheet()),
    rows: (rows) => {
      const pieces: Buffer[] = [];
      for (let at = 0; at < rows.length; ) {
        if (rowsOfSheet === rowsMax) pieces.push(...endSheet(), ...beginSheet());
        const count = Math.min(PIECE_ROWS, rows.length - at, rowsMax - rowsOfSheet);
        pieces.push(
          zip.piece(
            Buffer.from(
              rows
                .slice(at, at + count)
                .map(written)
                .join(""),
            ),
          ),
        );
        at += count;
        rowsOfSheet += count;
      }
      return Buffer.concat(pieces);
    },
    end: (contents, groups) => {
      const tabs: SheetPart[] = [
        { title: "Summary", file: "summary.xml" },
        { title: "Manifest", file: "manifest.xml" },
        ...files.map((file, at) => ({ title: at === 0 ? "Rows" : `Rows ${at + 1}`, file })),
      ];
      return Buffer.concat([
        ...endSheet(),
        ...whole("xl/worksheets/summary.xml", sheet(summaryRows(columns, summaryBy, contents, groups))),
        ...whole("xl/worksheets/manifest.xml", sheet(manifestRows(contents))),
        ...workbookParts(tabs).flatMap(([name, content]) => whole(name, content)),
        zip.end(),
      ]);
    },
  };
}

const sheet = (rows: readonly string[]) => `${SHEET_BEGIN}${rows.join("")}${SHEET_END}`;

/** A row a group with its sums, and a last one of all: read from the bottom it is the total. */
function summaryRows(
  columns: readonly ExportColumn[],
  summaryBy: readonly string[],
  { row_count, sums }: Contents,
  groups: readonly TallyGroup[],
): string[] {
  const summed = columns.filter(({ isSummed }) => isSummed);
  const line = (key: readonly (string | null)[], rows: number, of: Contents["sums"]) =>
    sheetRow([
      ...key.map((text): SheetCell => ({ type: "text", text })),
      { type: "whole", text: String(rows) },
      ...summed.map(({ name, type }): SheetCell => ({ type, text: of[name] ?? null })),
    ]);
  const total = summaryBy.map((_name, at) => (at === 0 ? "Total" : null));
  return [
    headRow([...summaryBy, "rows", ...summed.map(({ name }) => name)]),
    ...groups.map(({ key, rows, sums: own }) => line(key, rows, own)),
    line(total, row_count, sums),
  ];
}

/** The manifest as pairs; size and hash of the file stand beside it, because a file cannot hold its own. */
function manifestRows({ sums, query, ...rest }: Contents): string[] {
  const flat = {
    ...rest,
    ...Object.fromEntries(Object.entries(query).map(([name, value]) => [`query.${name}`, value])),
    ...Object.fromEntries(Object.entries(sums).map(([name, value]) => [`sums.${name}`, value])),
  };
  return [
    headRow(["name", "value"]),
    ...Object.entries(flat).map(([name, value]) =>
      sheetRow([
        { type: "text", text: name },
        { type: "text", text: typeof value === "string" ? value : JSON.stringify(value) },
      ]),
    ),
  ];
}
