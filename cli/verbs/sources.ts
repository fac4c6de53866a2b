import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { type ImportOptions, importFile } from "#cli/import-verb.ts";
import { registerSourcesTry } from "#cli/verbs/sources-try.ts";
import { withSettings } from "#cli/with-settings.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { planSources, readSourcesFile } from "#core/sources-import.ts";

/** `spendtrail sources list|import|try`. */
export function registerSources(program: Command): void {
  const sources = program
    .command("sources")
    .description("look at the sources, import a sources file, try records");
  common(sources.command("list").description("list the sources"), ["spendtrail sources list"]).action(
    listSources,
  );
  const read = sources
    .command("import")
    .argument("<file>", "a JSON array of sources (docs/settings.md)")
    .description("show what a sources file would change; --apply changes it")
    .option("--apply", "change it")
    .option("--reason <text>", "why, for the history", "sources file imported at the command line");
  common(read, [
    "spendtrail sources import sources.json",
    "spendtrail sources import sources.json --apply",
  ]).action((file: string, options: ImportOptions) =>
    importFile(file, options, {
      read: readSourcesFile,
      plan: (state, wanted) => planSources(state, wanted),
    }),
  );
  registerSourcesTry(sources);
}

async function listSources(options: CommonOptions): Promise<void> {
  const rows = await withSettings(options, async ({ settings }) =>
    [...settings.state().sources.values()].map(({ value }) => value),
  );
  screenOf(options).table(
    rows,
    [
      { title: "name", text: (source: SourceSetting) => source.name },
      {
        title: "gateway",
        text: (source) => [source.gateway, source.gateway_version].filter(Boolean).join(" "),
      },
      { title: "through", text: (source) => (source.topic === null ? "collector" : `topic ${source.topic}`) },
      { title: "role", text: (source) => source.role },
      { title: "gateway's cost", text: (source) => (source.allow_gateway_cost ? "may stand" : "no") },
      { title: "state", text: (source) => (source.enabled ? "enabled" : "disabled") },
    ],
    rows,
  );
}
