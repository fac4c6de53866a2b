import type { Command } from "commander";
import { withLocalRun } from "#cli/local-run.ts";
import { createScreen, type Screen } from "#cli/screen.ts";
import { Failure, failure } from "#core/failure.ts";
import type { Config } from "#runtime/config/config.ts";
import { loadConfig } from "#runtime/config/load.ts";
import type { Program } from "#runtime/config/needs.ts";

export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/** The options that every verb has, and its examples under `--help`. */
export function common(command: Command, examples: readonly string[]): Command {
  return command
    .option("--json", "answer with JSON on stdout")
    .option("--config <file>", "a JSON file with settings; the environment wins over it")
    .addHelpText("after", `\nExamples:\n${examples.map((line) => `  $ ${line}`).join("\n")}\n`);
}

export function screenOf(options: CommonOptions): Screen {
  return createScreen(options.json === true);
}

/** The configuration of a program, with the servers of a running `spendtrail up` where none are named. */
export function configOf(options: CommonOptions, program: Program): Config {
  const env = program === "up" ? process.env : withLocalRun(process.env);
  const file = options.config === undefined ? {} : { file: options.config };
  try {
    return loadConfig(env, { program, ...file });
  } catch (error) {
    const isAlone = env === process.env && !env["KAFKA_BROKERS"] && !env["CLICKHOUSE_URL"];
    if (program === "up" || !isAlone || !(error instanceof Failure)) throw error;
    const dataDir = env["SPENDTRAIL_DATA_DIR"] || ".spendtrail";
    const hint = `Set them, or start \`spendtrail up\`: none runs on the data folder ${dataDir}, and where one does, its servers are used.`;
    throw failure(error.code, { ...error.params, faults: `${error.params["faults"]}\n  ${hint}` }, error);
  }
}
