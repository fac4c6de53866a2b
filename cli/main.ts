import { type Command, CommanderError } from "commander";
import { buildProgram, everyCommand } from "#cli/program.ts";
import { Failure } from "#core/failure.ts";

/**
 * Runs one command line and gives its exit code: 0 done, 1 it failed, 2 it was called wrongly. A verb that sets an exit
 * code before it throws gives another meaning to failing. A failure of ours is one sentence on stderr, as JSON with
 * `--json`; a surprise shows its stack when SPENDTRAIL_DEBUG is set.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const isJson = argv.includes("--json");
  try {
    const program = await buildProgram(argv);
    if (isJson) quiet(program);
    await program.parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : calledWrongly(error, isJson);
    return report(error, isJson);
  }
}

/** Commander's own complaints are text; with `--json` they are told as every other failure is. */
function quiet(program: Command): void {
  for (const command of everyCommand(program)) command.configureOutput({ writeErr: () => {} });
}

function calledWrongly(error: CommanderError, isJson: boolean): number {
  const message =
    error.code === "commander.help"
      ? "A verb is missing; --help lists them."
      : error.message.replace(/^error: /, "");
  if (isJson) process.stderr.write(`${JSON.stringify({ error: { code: "USAGE", message } })}\n`);
  return 2;
}

function report(error: unknown, json: boolean): number {
  const code = error instanceof Failure ? error.code : "UNEXPECTED";
  const message = error instanceof Error ? error.message : String(error);
  const text = json
    ? JSON.stringify({ error: { code, message } })
    : `spendtrail: ${message}${error instanceof Failure ? `\n  (see docs/errors.md#${code.toLowerCase()})` : ""}`;
  process.stderr.write(`${text}\n`);
  if (process.env["SPENDTRAIL_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return isMisuse(error) ? 2 : Number(process.exitCode) || 1;
}

/** What another command line would not run into; an API that refuses what it was asked is that too. */
function isMisuse(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const refused = error.code === "API_REFUSED" ? error.params["status"] : error.status;
  return refused === 400;
}

/** A pipe takes what is written when its reader does; to exit before would cut a long answer off. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // A reader that went away takes nothing any more, and that is its own affair.
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}

if (import.meta.main) {
  // The launcher holds the other end: when it is gone, also by kill -9, end in order as if told to.
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
  const code = await main(process.argv.slice(2));
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(code);
}
