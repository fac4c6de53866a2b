import { describe, expect, test } from "vitest";
import { formatOfColumns, formatOfJson } from "#core/reconcile/detect-format.ts";
import type { InvoiceFormat } from "#core/reconcile/invoice.ts";
import { joinInvoices } from "#core/reconcile/join-invoices.ts";
import { readCsvInvoice } from "#core/reconcile/read-csv.ts";
import { csvRows, faultOf, the } from "#test/core/reconcile/sides.ts";

const DAY = "2026-11-20";
const MIDNIGHT = `${DAY}T00:00:00Z`;

describe("a plain CSV", () => {
  const read = (text: string) => {
    const { columns, rows } = csvRows(text);
    return readCsvInvoice(columns, rows);
  };

  test.each([
    ["wrong columns", "day,model,price\n2026-11-20,claude-opus-5,1", "the columns price are not known"],
    ["no model", "day,input_tokens\n2026-11-20,1", "the columns model are missing"],
    ["no figure", "day,model\n2026-11-20,claude-opus-5", "neither"],
    ["totals beside meters", "day,model,total_tokens,input_tokens\n2026-11-20,m,1,1", "leave one out"],
    ["no row", "day,model,cost_usd", "no row"],
    [
      "money in exponent notation",
      "day,model,cost_usd\n2026-11-20,m,1.2e3",
      'line 2: cost_usd: "1.2e3" is in exponent notation',
    ],
    ["tokens in exponent notation", "day,model,input_tokens\n2026-11-20,m,1.2E+06", "exponent notation"],
    ["a thousands separator", "day,model,input_tokens\n2026-11-20,m,1 000", "no whole number"],
    [
      "a huge number of tokens",
      `day,model,input_tokens\n2026-11-20,m,${"9".repeat(19)}`,
      "at most 18 digits",
    ],
    ["a huge cost", `day,model,cost_usd\n2026-11-20,m,${"9".repeat(27)}`, "cost_usd"],
    [
      "a mixture of currencies",
      "day,model,cost_usd,currency\n2026-11-20,m,1,USD\n2026-11-20,m,1,EUR",
      "line 3: currency: EUR",
    ],
    ["a day of a local zone", "day,model,cost_usd\n2026-11-20T00:00:00-05:00,m,1", "local zone"],
    ["a day that is none", "day,model,cost_usd\n2026-02-30,m,1", "no day that exists"],
    ["a day written another way", "day,model,cost_usd\n11/20/2026,m,1", "is no day"],
    [
      "a credit beside tokens",
      "day,model,input_tokens,cost_usd\n2026-11-20,m,5,-1",
      "credit on a line of its own",
    ],
  ])("with %s is refused", (_what, text, hint) => {
    expect(faultOf(read(text))).toContain(hint);
  });

  test("names at most twenty faults and counts the rest", () => {
    const rows = Array.from({ length: 30 }, () => "2026-11-20,m,x").join("\n");
    expect(faultOf(read(`day,model,cost_usd\n${rows}`)).split("\n")).toHaveLength(21);
    expect(faultOf(read(`day,model,cost_usd\n${rows}`))).toContain("and 10 more");
  });
});

describe("what a file is", () => {
  const USAGE = { data: [{ starting_at: MIDNIGHT, results: [{ uncached_input_tokens: 1 }] }] };
  test.each<[InvoiceFormat | "not_known", unknown]>([
    ["anthropic-usage", USAGE],
    ["anthropic-usage", [USAGE]],
    ["anthropic-cost", { data: [{ starting_at: MIDNIGHT, results: [{ amount: "1" }] }] }],
    ["litellm", [{ request_id: "r", spend: 1 }]],
    ["litellm", [{ group_by_day: DAY, teams: [] }]],
    ["not_known", { data: [{ starting_at: MIDNIGHT, results: [] }] }],
    ["not_known", { hello: 1 }],
  ])("%s", (format, document) => {
    const found = formatOfJson([document]);
    expect(found.ok ? found.value : found.reason).toBe(format);
    if (!found.ok) expect(found.detail).toContain("--format");
  });

  test.each([
    ["csv", ["day", "model", "cost_usd"]],
    ["aws-cur", ["line_item_usage_type", "line_item_usage_start_date"]],
    ["litellm", ["request_id", "spend", "startTime", "model"]],
    ["not_known", ["date;model;cost"]],
  ])("%s by columns", (format, columns) => {
    const found = formatOfColumns(columns);
    expect(found.ok ? found.value : found.reason).toBe(format);
  });
});

describe("several files", () => {
  const csv = (text: string) => {
    const { columns, rows } = csvRows(text);
    return the(readCsvInvoice(columns, rows));
  };
  const one = { ...csv(`day,model,cost_usd\n${DAY},claude-opus-5,1`), file: "a.csv" };

  test("that say the same have it twice, with both places", () => {
    const both = joinInvoices([one, { ...one, file: "b.csv" }]);
    expect(both.ok && both.value.lines.map(({ place, repeats }) => [place, repeats])).toEqual([
      ["a.csv, line 2", null],
      ["b.csv, line 2", "a.csv, line 2"],
    ]);
  });

  test("of different makers are refused", () => {
    const other = { ...one, format: "litellm" as const, file: "b.json" };
    expect(joinInvoices([one, other])).toMatchObject({
      ok: false,
      detail: expect.stringContaining("csv and litellm"),
    });
  });
});
