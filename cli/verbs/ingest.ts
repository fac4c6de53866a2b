import type { Command } from "commander";
import { checkOnly } from "#cli/check-config.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { startBase } from "#cli/stack/base.ts";
import { listening } from "#cli/stack/listening.ts";
import { runIngest } from "#cli/stack/start-ingest.ts";
import { untilEnded } from "#cli/stack/until-ended.ts";
import { registerIngestSkip } from "#cli/verbs/ingest-skip.ts";
import { startHealthServer } from "#runtime/health-server.ts";

/** `spendtrail ingest`: Kafka to ClickHouse. */
export function registerIngest(program: Command): void {
  const command = program
    .command("ingest")
    .description(
      "run the ingester: Kafka to ClickHouse, exactly once; run as many as there are partitions to share",
    )
    .option("--check-config", "say whether the configuration is fine, and do not start");
  common(command, ["spendtrail ingest", "spendtrail ingest --check-config"]).action(
    async (options: CommonOptions & { checkConfig?: boolean }) => {
      const screen = screenOf(options);
      const config = configOf(options, "ingest");
      if (options.checkConfig) return checkOnly(screen);
      const base = await startBase(config, "ingest", { createTopics: false });
      const ingest = await runIngest(base);
      const health = await listening("health of the ingester", config.health.ingest, () =>
        startHealthServer(config.health.ingest, base.metrics, ingest.notReady),
      );
      base.shutdown.onClose("health", () => health.close());
      screen.answer({ health: health.url }, [`ingester runs; health and metrics at ${health.url}`]);
      await untilEnded(base);
    },
  );
  registerIngestSkip(command);
}
