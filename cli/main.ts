import { CommanderError } from "commander";
import { buildProgram } from "#cli/program.ts";
import { Failure } from "#core/failure.ts";

/**
 * Runs one command line and gives its exit code: 0 done, 1 it failed, 2 it was called wrongly. A failure of ours is
 * one sentence on stderr, as JSON with `--json`; a surprise shows its stack when SPENDTRAIL_DEBUG is set.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(error, argv.includes("--json"));
  }
}

function report(error: unknown, json: boolean): number {
  const code = error instanceof Failure ? error.code : "UNEXPECTED";
  const message = error instanceof Error ? error.message : String(error);
  const text = json
    ? JSON.stringify({ error: { code, message } })
    : `spendtrail: ${message}${error instanceof Failure ? `\n  (see docs/errors.md#${code.toLowerCase()})` : ""}`;
  process.stderr.write(`${text}\n`);
  if (process.env["SPENDTRAIL_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof Failure && error.status === 400 ? 2 : 1;
}

if (import.meta.main) {
  // The launcher holds the other end: when it is gone, also by kill -9, end in order as if told to.
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
  process.exit(await main(process.argv.slice(2)));
}
