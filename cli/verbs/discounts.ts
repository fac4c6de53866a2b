import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { type ImportOptions, importFile } from "#cli/import-verb.ts";
import { withSettings } from "#cli/with-settings.ts";
import { discountRefusal, planDiscounts, readDiscountFile } from "#core/discount-import.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";

/** `spendtrail discounts list|import`. */
export function registerDiscounts(program: Command): void {
  const discounts = program
    .command("discounts")
    .description("look at discounts and negotiated rates and import discount files");
  common(discounts.command("list").description("list discounts and negotiated rates"), [
    "spendtrail discounts list",
  ]).action(listDiscounts);
  const read = discounts
    .command("import")
    .argument("<file>", "a discount file (docs/prices.md)")
    .description("show what a discount file would change; --apply changes it")
    .option("--apply", "change it")
    .option("--reason <text>", "why, for the history", "discount file imported at the command line");
  common(read, [
    "spendtrail discounts import examples/prices/discounts.json",
    "spendtrail discounts import ours.json --apply --reason 'contract 2027'",
  ]).action((file: string, options: ImportOptions) =>
    importFile(file, options, { read: readDiscountFile, plan: planDiscounts, refusal: discountRefusal }),
  );
}

async function listDiscounts(options: CommonOptions): Promise<void> {
  const rows = await withSettings(options, async ({ settings }) =>
    [...settings.state().discounts.values()].map(({ value }) => value),
  );
  screenOf(options).table(
    rows,
    [
      { title: "id", text: (row: DiscountSetting) => row.id },
      { title: "for", text: scopeOf },
      { title: "from", text: (row) => row.effective_from.slice(0, 10) },
      { title: "to", text: (row) => row.effective_to?.slice(0, 10) ?? "-" },
      {
        title: "takes",
        text: (row) => (row.percent === null ? "negotiated rates" : `${row.percent} %`),
        align: "right",
      },
      { title: "status", text: (row) => row.status },
    ],
    rows,
  );
}

function scopeOf({ account, platform, model, geo_scope, speed, service_tier }: DiscountSetting): string {
  const parts = [account, platform, model, geo_scope, speed, service_tier];
  return parts.filter((part) => part !== null).join(" ") || "all";
}
