import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { triedLines } from "#cli/sources-try/lines.ts";
import { recordsIn } from "#cli/sources-try/read-input.ts";
import { type TrySource, triedSource } from "#cli/sources-try/tried-source.ts";
import { tryRecord } from "#cli/sources-try/try-record.ts";
import { shippedPriceRows } from "#cli/stack/import-shipped.ts";
import { createPriceBook } from "#core/price-book.ts";

interface TryOptions extends CommonOptions, TrySource {
  readonly file: string;
  readonly redacted?: boolean;
}

/** `spendtrail sources try`: what records would become, without a server and without storing anything. */
export function registerSourcesTry(sources: Command): void {
  const command = sources
    .command("try")
    .description("show what each record of a file would become; nothing is stored")
    .requiredOption("--file <file>", "records: a JSON object, an array or NDJSON; - is stdin")
    .option("--profile <profile>", "a mapping profile's file, or the name of one that is shipped")
    .option("--gateway <gateway>", "any gateway's adapter, in place of a profile")
    .option("--source <name>", "the source's name, which is part of each event's id")
    .option("--sources <file>", "a sources file to take that source's settings from")
    .option("--redacted", "show what would be stored of each record");
  common(command, [
    "spendtrail sources try --profile examples/profiles/envoy-log-format.json --file access.ndjson",
    "spendtrail sources try --gateway litellm --file records.json --json",
  ]).action(trySources);
}

function trySources(options: TryOptions): void {
  const tried = triedSource(options);
  const book = createPriceBook(shippedPriceRows());
  const records = recordsIn(options.file).map((bytes, at) => tryRecord(bytes, at, tried, book));
  const shown = records.map(({ redacted, ...record }) =>
    options.redacted ? { ...record, redacted } : record,
  );
  screenOf(options).answer(shown, triedLines(records, options.redacted === true));
  if (records.some(({ accepted, reads_redacted }) => !accepted || reads_redacted)) process.exitCode = 1;
}
