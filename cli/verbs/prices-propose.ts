import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { parse } from "csv-parse/sync";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { textOf } from "#cli/import-verb.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { bookOf } from "#core/price-book.ts";
import { readPriceFile } from "#core/price-import.ts";
import { aboutOf, mergeAlike, type Suggested } from "#core/proposals/candidate.ts";
import { type Compared, compareWithBook } from "#core/proposals/compare.ts";
import { readPriceRows } from "#core/proposals/csv-rows.ts";
import { readLitellmMap } from "#core/proposals/litellm-map.ts";
import { reportLines } from "#core/proposals/report.ts";
import { no, ok, type Result } from "#core/result.ts";

interface Options extends CommonOptions {
  readonly effectiveFrom?: string;
  readonly out?: string;
}

/** `spendtrail prices propose`. */
export function registerPricesPropose(prices: Command): void {
  const command = prices
    .command("propose")
    .argument("<file>", "LiteLLM's price map (JSON), a CSV of prices, or a price file")
    .description("show what a file of prices says beside the book, and where they conflict; changes nothing")
    .option(
      "--effective-from <date>",
      "from when the rates of a map without dates shall count; default today",
    )
    .option(
      "--out <file>",
      "write the rows that the book does not have as a price file, to review and import",
    );
  common(command, [
    "spendtrail prices propose model_prices_and_context_window.json",
    "spendtrail prices propose ours.csv --out candidates.json",
  ]).action(propose);
}

async function propose(file: string, options: Options): Promise<void> {
  const effectiveFrom = dayOf(options.effectiveFrom ?? new Date().toISOString().slice(0, 10));
  const read = suggested(textOf(file), file, effectiveFrom);
  if (!read.ok) throw failure("FILE_UNREADABLE", { file, reason: read.detail });
  const compared = await withSettings(options, async ({ settings }) =>
    compareWithBook(read.value.candidates, bookOf(settings.state())),
  );
  const wanted = compared.filter(({ verdict }) => verdict !== "same").map(({ row }) => row);
  if (options.out !== undefined) writeCandidates(options.out, wanted);
  const close =
    options.out === undefined
      ? "Nothing was changed. --out writes these rows as a price file, to review and import."
      : `Nothing was changed. ${wanted.length} rows are in ${options.out}; what you approve goes in with \`spendtrail prices import\`.`;
  screenOf(options).answer(
    {
      candidates: compared.map(shownCandidate),
      disagreements: read.value.disagreements,
      skipped: read.value.skipped,
      applied: false,
    },
    [...reportLines(compared, read.value), close],
  );
}

function shownCandidate({ row, ...rest }: Compared): object {
  return { id: row.id, about: aboutOf(row), ...rest, row };
}

/** What the file is, by what it says of itself. */
function suggested(text: string, file: string, effectiveFrom: string): Result<Suggested> {
  const isJson = /^\s*[{[]/.test(text);
  if (!isJson) return fromCsv(text, file);
  if (!/"spendtrail\.prices\.v1"/.test(text.slice(0, 500)))
    return readLitellmMap(text, { effectiveFrom, source: `LiteLLM price map, file ${file}` });
  const book = readPriceFile(text);
  if (!book.ok) return book;
  const active = book.value.filter(({ status }) => status !== "cancelled");
  const cancelled = book.value.filter(({ status }) => status === "cancelled");
  return ok({
    ...mergeAlike(active.map((row) => ({ row, names: [row.id], remarks: [] }))),
    skipped: cancelled.map(({ id }) => ({ name: id, reason: "cancelled" })),
  });
}

function fromCsv(text: string, file: string): Result<Suggested> {
  try {
    const rows: Record<string, string>[] = parse(text, {
      bom: true,
      columns: true,
      skip_empty_lines: true,
      trim: true,
    });
    return readPriceRows(rows, `CSV file ${file}`);
  } catch (error) {
    return no("no_csv", `is neither JSON nor a CSV that can be read: ${(error as Error).message}`);
  }
}

function dayOf(text: string): string {
  const instant = `${text}T00:00:00.000Z`;
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(instant)))
    throw failure("OPTION_INVALID", {
      option: "--effective-from",
      value: text,
      accepts: "a day (2026-11-24)",
    });
  return instant;
}

function writeCandidates(path: string, prices: readonly object[]): void {
  if (prices.length === 0) return;
  const file = {
    schema: "spendtrail.prices.v1",
    unit: "USD per 1,000,000 tokens, and USD per request",
    prices,
  };
  try {
    writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  } catch (error) {
    throw failure("FILE_UNREADABLE", { file: path, reason: (error as Error).message }, error);
  }
}
