import { execFile } from "node:child_process";

const LAUNCHER = "cli/spendtrail.mjs";
/** No verb that a test runs to its end takes longer; one that hangs fails the test instead of holding it up. */
const VERB_BOUND_MS = 25_000;

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a user's shell does and gives what it wrote and its exit code (null: it had to be ended). */
export function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  boundMs = VERB_BOUND_MS,
): Promise<CliRun> {
  const { promise, resolve } = Promise.withResolvers<CliRun>();
  const options = { env, maxBuffer: 1 << 26, timeout: boundMs };
  const child = execFile(process.execPath, [LAUNCHER, ...args], options, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

/** An environment that names no servers, on a data folder of its own: nothing of the machine's settings. */
export function bareEnv(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(SPENDTRAIL|KAFKA|CLICKHOUSE)_/.test(name) && name !== "NODE_OPTIONS",
  );
  return { ...Object.fromEntries(kept), ...changes };
}
