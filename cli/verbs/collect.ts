import type { Command } from "commander";
import { checkOnly } from "#cli/check-config.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { startCollectorBase } from "#cli/stack/collector-base.ts";
import { runCollector } from "#cli/stack/start-collector.ts";
import { untilEnded } from "#cli/stack/until-ended.ts";

/** `spendtrail collect`: the doors for gateways that cannot write to Kafka. */
export function registerCollect(program: Command): void {
  const command = program
    .command("collect")
    .description("run the collector: HTTP and gRPC doors for gateways that cannot write to Kafka")
    .option("--check-config", "say whether the configuration is fine, and do not start");
  common(command, ["spendtrail collect", "spendtrail collect --check-config"]).action(
    async (options: CommonOptions & { checkConfig?: boolean }) => {
      const screen = screenOf(options);
      const config = configOf(options, "collect");
      if (options.checkConfig) return checkOnly(screen);
      const base = await startCollectorBase(config);
      const { url, grpcUrl } = await runCollector(base);
      screen.answer({ collector: url, otlp_grpc: grpcUrl }, [
        `collector  ${url}`,
        `OTLP gRPC  ${grpcUrl ?? "off"}`,
      ]);
      await untilEnded(base);
    },
  );
}
