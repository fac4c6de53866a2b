import type { Command } from "commander";
import { openStore } from "#cli/backup/open-store.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { dryRestore, runRestore } from "#cli/restore/run-restore.ts";
import { INGEST_GROUP_ID } from "#cli/stack/start-ingest.ts";
import { createLog } from "#runtime/log.ts";

interface Options extends CommonOptions {
  readonly from: string;
  readonly dryRun?: boolean;
}

/** `spendtrail restore`: a back-up into an empty ClickHouse and an empty Kafka. */
export function registerRestore(program: Command): void {
  const command = program
    .command("restore")
    .description(
      "verify a back-up and bring it into an empty ClickHouse and an empty Kafka, with nothing else running",
    )
    .requiredOption("--from <place>", "what `spendtrail backup --to` wrote to")
    .option("--dry-run", "verify every file and the chain, and write nothing");
  common(command, [
    "spendtrail restore --from /var/backups/spendtrail --dry-run",
    "spendtrail restore --from /var/backups/spendtrail",
  ]).action(restore);
}

async function restore(options: Options): Promise<void> {
  const screen = screenOf(options);
  const store = openStore(options.from, "--from", process.env);
  const progress = screen.progress;
  if (options.dryRun) {
    const chain = await dryRestore({ store, progress });
    const files = chain.reduce((sum, { manifest }) => sum + manifest.files.length, 0);
    screen.answer({ place: store.place, manifests: chain.length, files, verified: true }, [
      `${chain.length} manifests and ${files} files are what was written. Nothing was restored.`,
    ]);
    return;
  }
  const config = configOf(options, "restore");
  const log = createLog("restore", "error");
  const report = await runRestore({
    ...{ config, store, log, progress },
    ingestGroup: INGEST_GROUP_ID,
    clock: () => new Date(),
  });
  const { settings, acts, batches } = report.messages;
  screen.answer({ place: store.place, ...report }, [
    `${report.hours} hours: ${report.records} records, ${report.events} events, ${report.cost_usd} USD; sums are those of the back-up.`,
    `${report.roots} batches: each root was built anew from the rows and is the one that was written.`,
    `Messages written: ${settings} settings, ${acts} acts, ${batches} batches.`,
    ...report.goes_on.map(
      ({ topic, partition, offset }) => `${topic}/${partition} is ingested from offset ${offset} on.`,
    ),
  ]);
}
