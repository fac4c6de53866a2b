import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InstalledPackage, installPackage, oldestNode } from "#test/launcher/installed-package.ts";
import { bareEnv } from "#test/support/run-cli.ts";

let installed: InstalledPackage;
const node = oldestNode();
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => installed?.remove());

const RUN_BOUND_MS = 20_000;
const project = () => dirname(dirname(installed.dir));
/** The command in the folder of the project that has it installed, on the machine's own Node. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { promise, resolve: done } = Promise.withResolvers<{
    code: number | null;
    stdout: string;
    stderr: string;
  }>();
  const options = { cwd: project(), env: bareEnv(env), timeout: RUN_BOUND_MS };
  const child = execFile(node, [installed.bin, ...args], options, (_error, stdout, stderr) =>
    done({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

describe("the tarball", () => {
  test("holds what the command needs, and nothing that is nobody else's", () => {
    const { files } = installed;
    for (const path of ["cli/spendtrail.mjs", "cli/main.ts", "README.md", "LICENSE", "docs/deploy.md"])
      expect(files).toContain(path);
    for (const folder of ["sql/", "prices/", "embedded/kafka/pom.xml", "examples/records/", "deploy/"])
      expect(files.filter((path) => path.startsWith(folder)).length, folder).toBeGreaterThan(0);
    const foreign = /^test\/|\.test\.ts$|\.spendtrail|secrets\.json|(^|\/)\.env$|\.jar$|\.tgz$|node_modules/;
    expect(files.filter((path) => foreign.test(path))).toEqual([]);
  });

  test("holds no text that only its owner should know", () => {
    // The recorded examples show a credential, made up, that is cut out on the way (docs/gateways).
    const secret =
      /-----BEGIN [A-Z ]*PRIVATE KEY|planted|\bsk-ant-api03-(?!EXAMPLE)[\w-]{20}|\bAKIA[0-9A-Z]{16}\b/;
    const found = installed.files.filter((path) => {
      const text = readFileSync(join(installed.dir, path), "utf8");
      // The folder of the clone is something that only its owner should know, too.
      return secret.test(text) || text.includes(process.cwd());
    });
    expect(found).toEqual([]);
  });
});

describe("the installed command", () => {
  test("tells its version and its help", async () => {
    const [version, help] = await Promise.all([run(["--version"]), run(["--help"])]);
    const { version: wanted } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(version).toEqual({ code: 0, stdout: `${wanted}\n`, stderr: "" });
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/Usage: spendtrail [\s\S]*\n {2}up [\s\S]*\n {2}check /);
  });

  test("`check --json` without servers says what to set, as JSON and with exit code 1", async () => {
    const { code, stdout, stderr } = await run(["check", "--json"]);
    expect([code, stdout]).toEqual([1, ""]);
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toMatch(/KAFKA_BROKERS: required by `spendtrail check`[\s\S]*CLICKHOUSE_URL/);
  });

  test("`up` runs, with the servers that it starts from the package", async () => {
    // An installed package fetches Kafka once by Maven; the clone has done so.
    const jars = resolve("embedded/kafka/lib");
    if (existsSync(jars)) symlinkSync(jars, join(installed.dir, "embedded", "kafka", "lib"));
    const env = bareEnv({
      SPENDTRAIL_API_PORT: "0",
      SPENDTRAIL_COLLECTOR_PORT: "0",
      SPENDTRAIL_OTLP_GRPC_PORT: "0",
    });
    const child = spawn(node, [installed.bin, "up", "--json"], {
      cwd: project(),
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    try {
      const { api } = await firstLine(child);
      expect((await fetch(`${api}/health/ready`)).status).toBe(200);
      // Like every verb, it finds the servers of the `up` of its folder, and its data is in that folder.
      const { code, stdout } = await run(["check", "--json"]);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true });
      expect(code).toBe(0);
      expect(existsSync(join(project(), ".spendtrail", "secrets.json"))).toBe(true);
    } finally {
      child.kill("SIGTERM");
      await exited;
    }
    expect(await exited).toEqual([0, null]);
  }, 60_000);
});

async function firstLine(child: ChildProcess): Promise<{ api: string }> {
  if (child.stdout === null) throw new Error("no stdout");
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`up ended with ${code}`)));
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  return JSON.parse(String(line)) as { api: string };
}
