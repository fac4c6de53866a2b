import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { type ImportOptions, importFile } from "#cli/import-verb.ts";
import { registerPricesFallback } from "#cli/verbs/prices-fallback.ts";
import { registerPricesPropose } from "#cli/verbs/prices-propose.ts";
import { registerPricesUnpriced } from "#cli/verbs/prices-unpriced.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { planPrices, priceRefusal, readPriceFile } from "#core/price-import.ts";
import { readSettingsMoment, type SettingsMoment, settingsAsOf } from "#core/settings/moment.ts";
import type { PriceSetting } from "#core/settings/price.ts";

const MOMENTS = "an instant (2026-11-03T00:00:00Z), or an offset of the settings that exists (1042)";

/** `spendtrail prices list|import|propose|fallback|unpriced`. */
export function registerPrices(program: Command): void {
  const prices = program.command("prices").description("look at the price book and import price files");
  const list = prices
    .command("list")
    .description("list the rows of the book")
    .option("--model <name>", "only this model")
    .option("--as-of <when>", "the book as it was known then: an instant, or an offset of the settings");
  common(list, [
    "spendtrail prices list --model claude-opus-5",
    "spendtrail prices list --as-of 2026-10-01T00:00:00Z",
  ]).action(listPrices);
  const read = prices
    .command("import")
    .argument("<file>", "a price file (docs/prices.md)")
    .description("show what a price file would change; --apply changes it")
    .option("--apply", "change it")
    .option("--reason <text>", "why, for the history", "price file imported at the command line");
  common(read, [
    "spendtrail prices import prices/anthropic.json",
    "spendtrail prices import ours.json --apply --reason 'contract 2027'",
  ]).action((file: string, options: ImportOptions) =>
    importFile(file, options, { read: readPriceFile, plan: planPrices, refusal: priceRefusal }),
  );
  registerPricesPropose(prices);
  registerPricesFallback(prices);
  registerPricesUnpriced(prices);
}

async function listPrices(options: CommonOptions & { model?: string; asOf?: string }): Promise<void> {
  const asOf = options.asOf === undefined ? null : momentOf(options.asOf);
  const rows = await withSettings(options, async ({ settings }) => {
    const state = asOf === null ? settings.state() : settingsAsOf(settings, asOf);
    if (state === null)
      throw failure("OPTION_INVALID", { option: "--as-of", value: options.asOf ?? "", accepts: MOMENTS });
    return [...state.prices.values()]
      .map(({ value }) => value)
      .filter((row) => !options.model || row.model === options.model);
  });
  const rate = (name: keyof PriceSetting["usd_per_mtok"]) => (row: PriceSetting) =>
    row.usd_per_mtok[name] ?? "-";
  screenOf(options).table(
    rows,
    [
      { title: "platform", text: (row: PriceSetting) => row.platform },
      { title: "model", text: (row) => row.model },
      { title: "for", text: scopeOf },
      { title: "from", text: (row) => row.effective_from.slice(0, 10) },
      { title: "input", text: rate("input_tokens"), align: "right" },
      { title: "output", text: rate("output_tokens"), align: "right" },
      { title: "read", text: rate("cache_read_tokens"), align: "right" },
      { title: "write 5m", text: rate("cache_write_5m_tokens"), align: "right" },
      { title: "write 1h", text: rate("cache_write_1h_tokens"), align: "right" },
      { title: "status", text: (row) => row.status },
    ],
    rows,
  );
}

function momentOf(text: string): SettingsMoment {
  const read = readSettingsMoment(text);
  if (!read.ok) throw failure("OPTION_INVALID", { option: "--as-of", value: text, accepts: MOMENTS });
  return read.value;
}

function scopeOf(row: PriceSetting): string {
  const band =
    row.prompt_tokens_max !== null
      ? `<=${row.prompt_tokens_max}`
      : row.prompt_tokens_above > 0
        ? `>${row.prompt_tokens_above}`
        : "";
  const parts = [row.account ?? "any", row.geo_scope, row.speed, row.service_tier].filter(
    (part) => part !== "any" && part !== "standard",
  );
  return [...parts, band].filter((part) => part !== "").join(" ") || "all";
}
