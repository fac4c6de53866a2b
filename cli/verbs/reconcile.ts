import { type Command, Option } from "commander";
import { common } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { type ReconcileOptions, runReconcile } from "#cli/reconcile/run-reconcile.ts";
import { INVOICE_FORMATS } from "#core/reconcile/invoice.ts";

/** `spendtrail reconcile`: somebody else's bill beside what we have. Exit code 0 reconciled, 1 differences, 2 not compared. */
export function registerReconcile(program: Command): void {
  const command = program
    .command("reconcile")
    .argument("<files...>", "the invoice: a provider's report or export, its pages as one file or as several")
    .description(
      "compare an invoice with what is stored, tokens first, and name each difference's likely cause",
    )
    .addOption(
      new Option("--format <format>", "what the files are; found out where it is not said").choices(
        INVOICE_FORMATS,
      ),
    )
    .option("--from <day>", "first day, of UTC; default the first that the files speak of")
    .option("--to <day>", "end, not included; default the day after the last that the files speak of")
    .option("--platform <platform>", "only calls on this platform; repeatable", listOption, [])
    .option("--source <source>", "only calls of this source; repeatable", listOption, [])
    .option("--tolerance <usd>", "what a day and model may be off by, in USD", "0.01")
    .option("--all", "also the rows that agree")
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(command, [
    "spendtrail reconcile usage.json cost.json",
    "spendtrail reconcile cur-2026-11.snappy.parquet --source bedrock-log --tolerance 0.05",
    "spendtrail reconcile invoice.csv --from 2026-11-01 --to 2026-12-01 --json",
  ]).action(reconcile);
}

async function reconcile(files: string[], options: ReconcileOptions): Promise<void> {
  // Whatever ends it from here on, it did not come to compare.
  process.exitCode = 2;
  process.exitCode = (await runReconcile(files, options)) ? 0 : 1;
}
