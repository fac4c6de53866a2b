import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFailed, test } from "vitest";
import { readLocalRun } from "#cli/local-run.ts";
import { emptyFolder } from "#test/embedded/fake-path.ts";
import { processesNaming } from "#test/embedded/processes.ts";
import { bareEnv } from "#test/support/run-cli.ts";

/** Longer than an orderly end of `up` takes; the next look at the parent is half a second away at most. */
const GONE_MS = 20_000;

test("`kill` on npx ends `up` in order: npm tells only the shell between them", {
  timeout: 60_000,
}, async () => {
  const dir = emptyFolder();
  // As `npx spendtrail up` runs it. The second command keeps the shell from becoming the first.
  const shell = spawn("/bin/sh", ["-c", '"$NODE" cli/spendtrail.mjs up --json; exit $?'], {
    env: bareEnv({
      NODE: process.execPath,
      npm_command: "exec",
      SPENDTRAIL_DATA_DIR: dir,
      SPENDTRAIL_API_PORT: "0",
      SPENDTRAIL_COLLECTOR_PORT: "0",
      SPENDTRAIL_OTLP_GRPC_PORT: "0",
    }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: shell.stdout }), "line");
  const pid = readLocalRun(dir)?.pid ?? 0;
  expect(pid).toBeGreaterThan(0);
  onTestFailed(() => void process.kill(pid, "SIGTERM"));
  shell.kill("SIGTERM");
  await expect.poll(() => processesNaming(dir), { timeout: GONE_MS }).toEqual([]);
  // Taken away by an orderly end alone.
  expect(existsSync(join(dir, "up.json"))).toBe(false);
});
