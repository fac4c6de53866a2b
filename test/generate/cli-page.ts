import type { Command, Option } from "commander";
import { buildProgram, everyCommand } from "#cli/program.ts";

/** docs/cli.md: every verb with its options and examples, from the same objects that read the command line. */
export async function cliPage(): Promise<string> {
  const program = await buildProgram();
  const leaves = everyCommand(program).filter((command) => command.commands.length === 0);
  const overview = leaves.map(
    (command) => `| [\`${pathOf(command)}\`](#${anchor(command)}) | ${cell(command.description())} |`,
  );
  const table = ["| verb | what it does |", "| --- | --- |", ...overview].join("\n");
  return `${[HEAD, table, RULES, ...leaves.map(section)].join("\n\n")}\n`;
}

/** What `--help` prints, with the examples that stand below the options. */
export function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return text;
}

/** The examples of a verb, one command line each, without the prompt. */
export function examplesOf(command: Command): string[] {
  return helpOf(command)
    .split("\n")
    .filter((line) => line.startsWith("  $ "))
    .map((line) => line.slice(4));
}

/** `spendtrail keys create` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

const HEAD = `<!-- Generated from cli/ by \`npm run generate\`; changes belong there. -->
# Command line

\`npx spendtrail\` in a clone, \`spendtrail\` where the package is installed. Each verb has \`--help\`.`;

const RULES = `## What holds for every verb

- **Servers.** Where \`KAFKA_BROKERS\` and \`CLICKHOUSE_URL\` name none, a verb finds those of the \`spendtrail up\` that
  runs on the same data folder (\`.spendtrail\`, or \`SPENDTRAIL_DATA_DIR\`). Everything else is read as in
  [configuration.md](configuration.md).
- **Output.** The answer goes to standard output: text, or one JSON value with \`--json\`. Remarks, progress (only on
  a terminal) and failures go to standard error.
- **Exit codes.** 0: done. 1: it failed, or \`check\` found a fault. 2: it was called wrongly: an unknown option, a
  missing argument, a value that is not accepted, a file that cannot be read.
- **Failures** are one message with what to do. With \`--json\` they are one object on standard error,
  \`{"error":{"code":"API_UNREACHABLE","message":"..."}}\`, with a code of [errors.md](errors.md).
- **Ctrl-C** ends a running program in order, as do SIGTERM, the end of \`npx\` and a terminal that is closed; a second
  one ends it at once.`;

function section(command: Command): string {
  const lines = [
    `## ${pathOf(command)}`,
    `${sentence(command.description())}`,
    `\`\`\`sh\n${[usage(command), ...examplesOf(command)].join("\n")}\n\`\`\``,
    args(command),
    options(command),
  ];
  return lines.filter((text) => text !== "").join("\n\n");
}

function usage(command: Command): string {
  const needs = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return ["#", pathOf(command), ...needs, "[options]"].join(" ");
}

function args(command: Command): string {
  return command.registeredArguments
    .map((argument) => `\`<${argument.name()}>\`: ${argument.description}.`)
    .join("\n");
}

function options(command: Command): string {
  const rows = command.options.map(
    (option) => `| \`${option.flags}\` | ${cell(option.description)} | ${standing(option)} |`,
  );
  return ["| option | what | default |", "| --- | --- | --- |", ...rows].join("\n");
}

/** What holds without the option; where only some values are accepted, those. */
function standing(option: Option): string {
  const accepted = option.argChoices?.map((choice) => `\`${choice}\``).join(", ");
  const absent = option.mandatory
    ? "**required**"
    : option.defaultValue === undefined || Array.isArray(option.defaultValue)
      ? ""
      : `\`${String(option.defaultValue)}\``;
  return [absent, accepted === undefined ? "" : `one of ${accepted}`]
    .filter((part) => part !== "")
    .join("; ");
}

const anchor = (command: Command): string => pathOf(command).replaceAll(" ", "-");
const cell = (text: string): string => text.replaceAll("|", "\\|");

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
