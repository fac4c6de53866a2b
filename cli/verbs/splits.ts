import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { csvRowsOf } from "#cli/csv-rows.ts";
import { type ImportOptions, importSettings } from "#cli/import-verb.ts";
import { withSettings } from "#cli/with-settings.ts";
import type { SplitRuleSetting } from "#core/settings/split-rule.ts";
import { planSplitRules, readSplitRuleRows, splitRuleRefusal } from "#core/split-rule-import.ts";

/** `spendtrail splits list|import`. */
export function registerSplits(program: Command): void {
  const splits = program
    .command("splits")
    .description("rules that divide shared charges: fixed, even, proportional");
  common(splits.command("list").description("list the split rules"), ["spendtrail splits list"]).action(
    listSplits,
  );
  const read = splits
    .command("import")
    .argument("<file>", "a CSV of split rules, a line a part (docs/charges.md)")
    .description("show what of a file of split rules is new; --apply puts it in force")
    .option("--apply", "put it in force")
    .option("--reason <text>", "why, for the history", "split rules imported at the command line");
  common(read, ["spendtrail splits import examples/charges/splits.csv --apply"]).action(
    (file: string, options: ImportOptions) =>
      importSettings(file, options, readSplitRuleRows(csvRowsOf(file)), {
        plan: planSplitRules,
        refusal: splitRuleRefusal,
      }),
  );
}

async function listSplits(options: CommonOptions): Promise<void> {
  const rows = await withSettings(options, async ({ settings }) =>
    [...settings.state().splitRules.values()].map(({ value }) => value),
  );
  screenOf(options).table(
    rows,
    [
      { title: "id", text: (row: SplitRuleSetting) => row.id },
      { title: "method", text: (row) => row.method },
      { title: "by", text: (row) => row.by },
      { title: "parts", text: partsOf },
    ],
    rows,
  );
}

function partsOf({ parts }: SplitRuleSetting): string {
  if (parts.length === 0) return "all that have a cost";
  return parts.map(({ name, weight }) => (weight === null ? name : `${name} ${weight}`)).join(", ");
}
