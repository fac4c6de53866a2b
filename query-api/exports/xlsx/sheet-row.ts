import type { ExportType } from "#query-api/exports/export-column.ts";

export interface SheetCell {
  readonly type: ExportType;
  readonly text: string | null;
}

/** Indexes into `cellXfs` of `STYLES` in workbook-parts.ts. */
const STYLE = { head: 1, whole: 2, decimal: 3, instant: 4, date: 5 } as const;
const DAY_MS = 86_400_000;
/** Day 0 of a spreadsheet's calendar. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
/** What a cell of Excel holds, in UTF-16 units. */
const TEXT_LENGTH_MAX = 32_767;

/** A row as SpreadsheetML: numbers are numbers, texts are inline texts, and there is no way to write a formula. */
export function sheetRow(cells: readonly SheetCell[]): string {
  return `<row>${cells.map(sheetCell).join("")}</row>`;
}

export function headRow(names: readonly string[]): string {
  return `<row>${names.map((name) => inlineText(name, STYLE.head)).join("")}</row>`;
}

function sheetCell({ type, text }: SheetCell): string {
  if (text === null) return "<c/>";
  switch (type) {
    case "text":
      return inlineText(text);
    case "whole":
    case "decimal":
      return `<c s="${STYLE[type]}"><v>${text}</v></c>`;
    case "instant":
    case "date":
      return `<c s="${STYLE[type]}"><v>${dayNumber(text)}</v></c>`;
  }
}

function inlineText(text: string, style?: number): string {
  const at = style === undefined ? "" : ` s="${style}"`;
  return `<c${at} t="inlineStr"><is><t xml:space="preserve">${xmlText(text.slice(0, TEXT_LENGTH_MAX))}</t></is></c>`;
}

/** Days since the epoch of spreadsheets; milliseconds are some 1e-8 of a day, so 9 decimals are theirs to the last. */
function dayNumber(text: string): string {
  const ms = Date.parse(text) - EPOCH_MS;
  const billionths = (BigInt(ms) * 1_000_000_000n) / BigInt(DAY_MS);
  const digits = billionths.toString().padStart(10, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** What XML 1.0 cannot hold, and what looks like its escape: ECMA-376 writes both as `_xHHHH_`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g;

export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(UNWRITABLE, (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
}
