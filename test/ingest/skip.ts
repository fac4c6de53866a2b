import type { Ground } from "#test/support/pipeline.ts";
import { bareEnv, type CliRun, runCli } from "#test/support/run-cli.ts";

/** Runs the command that a stopped partition names, as an operator does, against the topics of a test's own. */
export function skip(
  ground: Ground,
  range: { topic?: string; partition: number | string; from: bigint | string; to: bigint | string },
): Promise<CliRun> {
  const env = bareEnv({
    KAFKA_BROKERS: ground.kafka.brokers.join(","),
    SPENDTRAIL_TOPIC_SETTINGS: ground.topics.settings,
  });
  const args = [
    ...["ingest", "skip", "--json", "--reason", "the disk of broker 2, ticket 71"],
    ...["--topic", range.topic ?? ground.topics.records, "--partition", String(range.partition)],
    ...["--from", String(range.from), "--to", String(range.to)],
  ];
  return runCli(args, env);
}
