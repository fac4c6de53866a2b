import type { Command } from "commander";
import { openStore } from "#cli/backup/open-store.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import type { Manifest } from "#core/backup/manifest.ts";
import { runBackup } from "#jobs/backup/run-backup.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { createLog } from "#runtime/log.ts";

/** `spendtrail backup`: one pass, to be run again every hour. */
export function registerBackup(program: Command): void {
  const command = program
    .command("backup")
    .description("write every closed hour and the settings that are not there yet to a folder or a bucket")
    .requiredOption("--to <place>", "a folder, or `s3://bucket/prefix` with the AWS_* variables set");
  common(command, [
    "spendtrail backup --to /var/backups/spendtrail",
    "spendtrail backup --to s3://my-backups/spendtrail",
  ]).action(backup);
}

async function backup(options: CommonOptions & { readonly to: string }): Promise<void> {
  const screen = screenOf(options);
  const config = configOf(options, "backup");
  const store = openStore(options.to, "--to", process.env);
  const clickhouse = connectClickHouse({ ...config.clickhouse.admin, database: config.clickhouse.database });
  try {
    const { chain, written, people } = await runBackup({
      clickhouse,
      kafka: config.kafka,
      topics: config.topics,
      store,
      log: createLog("backup", "error"),
      clock: () => new Date(),
      signal: new AbortController().signal,
      written: (manifest) => screen.progress(line(manifest)),
    });
    const answer = { place: store.place, manifests: chain.length, written: written.map(summary), people };
    screen.answer(answer, [
      ...written.map(line),
      written.length === 0
        ? "Nothing new is closed."
        : `${written.length} manifests written, ${chain.length} in all.`,
    ]);
  } finally {
    await clickhouse.close();
  }
}

function summary({ sequence, hour, topics, files }: Manifest) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const { ranges: _, ...figures } = hour ?? { ranges: [] };
  return { sequence, ...figures, topics, files: files.length, bytes };
}

function line({ sequence, hour, topics, files }: Manifest): string {
  if (hour === null) {
    const parts = Object.entries(topics).map(([name, { from, next }]) => `${name} ${from} to before ${next}`);
    return `${sequence}: ${parts.join(", ")}`;
  }
  const { batches, records, events, cost_usd } = hour;
  const counts = `${batches} batches, ${records} records, ${events} events, ${cost_usd} USD`;
  return `${sequence}: ${hour.hour}: ${counts} in ${files.length} files`;
}
