import type { Command } from "commander";
import { checkOnly } from "#cli/check-config.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { startBase } from "#cli/stack/base.ts";
import { runApi } from "#cli/stack/start-api.ts";
import { untilEnded } from "#cli/stack/until-ended.ts";
import { keepHeapSmall } from "#runtime/small-heap.ts";

/** `spendtrail api`: the query API. */
export function registerApi(program: Command): void {
  const command = program
    .command("api")
    .description("run the query API: costs, sessions, audit trail, keys, settings")
    .option("--check-config", "say whether the configuration is fine, and do not start");
  common(command, ["spendtrail api", "SPENDTRAIL_API_PORT=9000 spendtrail api"]).action(
    async (options: CommonOptions & { checkConfig?: boolean }) => {
      const screen = screenOf(options);
      const config = configOf(options, "api");
      if (options.checkConfig) return checkOnly(screen);
      keepHeapSmall();
      const base = await startBase(config, "api", { createTopics: false });
      const { url } = await runApi(base);
      screen.answer({ api: url, docs: `${url}/docs` }, [`query API  ${url}   its pages: ${url}/docs`]);
      await untilEnded(base);
    },
  );
}
