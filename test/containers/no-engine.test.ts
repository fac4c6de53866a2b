import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { bareEnv } from "#test/support/run-cli.ts";

/** Runs the suite as a person does, told that there is no engine, whatever this machine has. */
function runSuite(env: NodeJS.ProcessEnv): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof runSuite>>>();
  const args = ["node_modules/vitest/vitest.mjs", "run", "test/containers/pipeline.test.ts"];
  const options = { env: bareEnv({ TEST_CONTAINERS: "off", NO_COLOR: "1", ...env }), timeout: 60_000 };
  const child = execFile(process.execPath, args, options, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

test("without a container engine the suite is skipped loudly, and counted as skipped", async () => {
  const { code, stdout, stderr } = await runSuite({ CI_REQUIRES_DOCKER: "" });
  expect(stderr).toMatch(/SKIPPED: .*images of deploy\/compose\.yaml.*TEST_CONTAINERS=off/);
  expect(stderr).toContain("npx vitest run test/containers");
  expect(stdout).toMatch(/Tests\s+[1-9]\d* skipped/);
  expect(code).toBe(0);
}, 60_000);

test("with CI_REQUIRES_DOCKER=1 that is a failure", async () => {
  const { code, stdout, stderr } = await runSuite({ CI_REQUIRES_DOCKER: "1" });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain("Start Docker or Podman");
}, 60_000);
