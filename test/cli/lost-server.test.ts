import { expect, test } from "vitest";
import { readLocalRun } from "#cli/local-run.ts";
import { emptyFolder } from "#test/embedded/fake-path.ts";
import { processesNaming } from "#test/embedded/processes.ts";
import { productEnv } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

/** Kafka, ClickHouse and all programs, on a machine that does other things. */
const UP_MS = 60_000;

test.each([
  ["Kafka", /kafka\.Kafka/],
  ["ClickHouse", /clickhouse\/server\.ts/],
])("`up` whose %s is gone ends and says so", { timeout: 180_000 }, async (what, command) => {
  const dir = emptyFolder();
  const run = runCli(["up", "--json"], productEnv(dir), 150_000);
  await expect.poll(() => readLocalRun(dir), { timeout: UP_MS }).not.toBeNull();
  endProcess(dir, command);
  const { code, stderr } = await run;
  expect(code).toBe(1);
  const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
  expect(error.code).toBe("SERVER_ENDED");
  expect(error.message).toMatch(new RegExp(`^${what} ended by itself \\(.*Its log is ${dir}.*Start again`));
  // A part that waited for the lost server may have used up the time of the close; what it left behind has lost its
  // parent then, and ends by itself.
  await expect.poll(() => processesNaming(dir), { timeout: UP_MS }).toEqual([]);
});

function endProcess(dir: string, command: RegExp): void {
  const found = processesNaming(dir).filter(
    (one) => command.test(one.command) && !/^\S*sh /.test(one.command),
  );
  expect(found).toHaveLength(1);
  for (const { pid } of found) process.kill(pid, "SIGKILL");
}
