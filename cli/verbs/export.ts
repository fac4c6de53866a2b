import { type Command, Option } from "commander";
import { common } from "#cli/common-options.ts";
import { type ExportOptions, runExport } from "#cli/export/run-export.ts";
import { listOption } from "#cli/port-option.ts";
import { registerExportSchedules } from "#cli/verbs/export-schedules.ts";
import { BASES } from "#query-api/costs-question.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import { FOCUS_VERSIONS } from "#query-api/exports/focus/focus-columns.ts";
import { PAYERS } from "#query-api/exports/journal/journal-lines.ts";
import { GRAINS } from "#query-api/exports/plan-costs.ts";

/** `spendtrail export costs|focus|journal`: files for finance and auditors, each with a manifest beside it. */
export function registerExport(program: Command): void {
  const verbs = program
    .command("export")
    .description("files of costs for finance and auditors, each with a manifest; asks the query API");
  const costs = ranged(
    verbs
      .command("costs")
      .description("calls, or the costs of each day, as a file")
      .addOption(
        new Option("--grain <grain>", "a row a call, or a row a day and group")
          .choices(GRAINS)
          .default("call"),
      )
      .option("--tz <zone>", "the time zone of dates and days", "UTC")
      .addOption(
        new Option("--basis <basis>", "calls when they began, or as the books have them (docs/periods.md)")
          .choices(BASES)
          .default("usage"),
      )
      .option("--team <team>", "only this team; repeatable", listOption, [])
      .option("--model <model>", "only this model; repeatable", listOption, []),
    EXPORT_FORMATS,
  );
  common(costs, [
    "spendtrail export costs --from 2026-11-01 --to 2026-12-01 --grain day",
    "spendtrail export costs --from 2026-11-01 --to 2026-12-01 --format parquet --as-of 2026-12-03T00:00:00Z",
  ]).action(
    (
      options: ExportOptions & { grain: string; basis: string; tz: string; team: string[]; model: string[] },
    ) =>
      runExport("costs", options, {
        grain: options.grain,
        basis: options.basis,
        tz: options.tz,
        team: options.team,
        model: options.model,
      }),
  );
  const focus = ranged(
    verbs
      .command("focus")
      .description("costs as rows of the FinOps Open Cost and Usage Specification (FOCUS)")
      .addOption(new Option("--focus-version <version>", "of FOCUS").choices(FOCUS_VERSIONS).default("1.2"))
      .option("--billing-account <id>", "who is billed; default the name of each source")
      .option("--without-charges", "calls alone, and no seats, credits, taxes (docs/charges.md)"),
    EXPORT_FORMATS,
  );
  common(focus, [
    "spendtrail export focus --from 2026-11-01 --to 2026-12-01 --focus-version 1.4 --billing-account acme",
  ]).action(
    (options: ExportOptions & { focusVersion: string; billingAccount?: string; withoutCharges?: true }) =>
      runExport("focus", options, {
        version: options.focusVersion,
        billing_account_id: options.billingAccount,
        charges: options.withoutCharges && "without",
      }),
  );
  const journal = ranged(
    verbs
      .command("journal")
      .description(
        "journal entries per team or cost centre, a balanced document a month, for an accounting system",
      )
      .addOption(new Option("--by <payer>", "a line each").choices(PAYERS).default("team"))
      .option("--tz <zone>", "the time zone of dates and months", "UTC")
      .option("--expense-account <account>", "GL account that is debited with what teams used")
      .option("--clearing-account <account>", "GL account that is credited with all of it")
      .option("--rounding-account <account>", "GL account of what whole cents leave over")
      .option("--without-charges", "calls alone, and no seats, credits, taxes (docs/charges.md)")
      .option(
        "--charge-account <kind=account>",
        "GL account of a kind of charge, such as tax=1576; repeatable; default the expense account",
        listOption,
        [],
      )
      .option("--prefix <text>", "of document numbers"),
    EXPORT_FORMATS,
  );
  common(journal, [
    "spendtrail export journal --from 2026-11-01 --to 2026-12-01 --by cost_center",
    "spendtrail export journal --from 2026-11-01 --to 2026-12-01 --expense-account 6100 --clearing-account 2400 --rounding-account 6990",
  ]).action((options: ExportOptions & JournalOptions) =>
    runExport("journal", options, {
      tz: options.tz,
      by: options.by,
      expense_account: options.expenseAccount,
      clearing_account: options.clearingAccount,
      rounding_account: options.roundingAccount,
      charges: options.withoutCharges && "without",
      charge_account: options.chargeAccount,
      prefix: options.prefix,
    }),
  );
  registerExportSchedules(verbs);
}

interface JournalOptions {
  readonly by: string;
  readonly tz: string;
  readonly expenseAccount?: string;
  readonly clearingAccount?: string;
  readonly roundingAccount?: string;
  readonly prefix?: string;
  readonly withoutCharges?: true;
  readonly chargeAccount: readonly string[];
}

function ranged(command: Command, formats: readonly string[]): Command {
  return command
    .requiredOption("--from <time>", "begin, an instant or a date")
    .option("--to <time>", "end, not included; default now")
    .option("--as-of <instant>", "only what was written by then: the same again gives the same bytes")
    .addOption(new Option("--format <format>", "the kind of file").choices(formats).default("csv"))
    .option("--out <file>", "the file, which must not be there yet; default named for the export and --from")
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
}
