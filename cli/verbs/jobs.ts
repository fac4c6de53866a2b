import type { Command } from "commander";
import { checkOnly } from "#cli/check-config.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { startBase } from "#cli/stack/base.ts";
import { listening } from "#cli/stack/listening.ts";
import { runJobs } from "#cli/stack/start-jobs.ts";
import { untilEnded } from "#cli/stack/until-ended.ts";
import { startHealthServer } from "#runtime/health-server.ts";

/** `spendtrail jobs`: what runs beside the ingester. */
export function registerJobs(program: Command): void {
  const command = program
    .command("jobs")
    .description(
      "run the jobs: the copy of the acts into ClickHouse, the rollups of costs, conflicts, coverage, models without a price, budgets, alerts and who is told of them, runs that were asked for over HTTP, back-ups, scheduled exports",
    )
    .option("--check-config", "say whether the configuration is fine, and do not start");
  common(command, ["spendtrail jobs"]).action(async (options: CommonOptions & { checkConfig?: boolean }) => {
    const screen = screenOf(options);
    const config = configOf(options, "jobs");
    if (options.checkConfig) return checkOnly(screen);
    const base = await startBase(config, "jobs", { createTopics: false });
    await runJobs(base);
    const health = await listening("health of the jobs", config.health.jobs, () =>
      startHealthServer(config.health.jobs, base.metrics, () => []),
    );
    base.shutdown.onClose("health", () => health.close());
    screen.answer({ health: health.url }, [`jobs run; health and metrics at ${health.url}`]);
    await untilEnded(base);
  });
}
