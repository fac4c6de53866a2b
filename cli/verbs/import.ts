import { type Command, Option } from "commander";
import { common, screenOf } from "#cli/common-options.ts";
import { FORMATS, type ImportOptions } from "#cli/import/options.ts";
import { reportLines } from "#cli/import/report.ts";
import { countOption, listOption } from "#cli/port-option.ts";

/** `spendtrail import`: history and files, through the same log as live traffic. */
export function registerImport(program: Command): void {
  const command = program
    .command("import")
    .argument(
      "<input>",
      "a file or a quoted pattern (JSON, JSON lines, CSV with a header; plain, gzip or zstd), `s3://bucket/prefix`, or `postgres://…` of LiteLLM's database",
    )
    .description("import history: every record goes the way of live traffic, once, at its own time")
    .requiredOption("--source <name>", "the source that the records are of")
    .option("--dry-run", "read everything and say what would come of it; write nothing")
    .option("--from <time>", "only records from this time on, by the record's own time")
    .option("--until <time>", "only records before this time: the first call that came live")
    .option("--live <source>", "a source that has the same traffic live; repeatable", listOption, [])
    .option("--allow-overlap", "import also what the ledger has already; it then counts twice")
    .option("--again", "send also what an earlier import has confirmed; sums stay the same")
    .option("--keep-rejects", "import also where nothing at all is understood")
    .option("--limit-per-second <records>", "send no more records a second", countOption)
    .addOption(new Option("--format <format>", "how the input is written").choices(FORMATS).default("auto"))
    .option(
      "--gateway <gateway>",
      "the gateway that the source must be of; lets a dry run do without servers",
    );
  common(command, [
    "spendtrail import --source litellm --dry-run spend-logs.csv",
    "spendtrail import --source litellm --until 2026-11-01T00:00:00Z 'archive/2026-*.jsonl.gz'",
    "spendtrail import --source bedrock --live litellm s3://my-logs/AWSLogs/",
    "PGPASSWORD=… spendtrail import --source litellm postgres://reader@db.example:5432/litellm",
  ]).action(async (input: string, options: ImportOptions) => {
    const screen = screenOf(options);
    // The clients of S3 and PostgreSQL are loaded for the verb that needs them and for no other.
    const { importInto } = await import("#cli/import/import-into.ts");
    const report = await importInto(input, options, screen);
    screen.answer(report, reportLines(report));
    if (report.stopped) process.exitCode = 1;
  });
}
