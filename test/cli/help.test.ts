import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildProgram, everyCommand } from "#cli/program.ts";
import { freePort } from "#embedded/ports.ts";
import { examplesOf, helpOf, pathOf } from "#test/generate/cli-page.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

const program = await buildProgram();
const commands = everyCommand(program).map((command) => [pathOf(command), command] as const);
const leaves = commands.filter(([, command]) => command.commands.length === 0);

describe("--help", () => {
  test("there are the verbs of the product", () => {
    expect(program.commands.map((command) => command.name()).sort()).toEqual(
      [
        "up",
        "demo",
        "costs",
        "keys",
        "sources",
        "periods",
        "prices",
        "discounts",
        "allocations",
        "budgets",
        "charges",
        "splits",
        "alerts",
        "receivers",
        "explain",
        "check",
        "backup",
        "export",
        "import",
        "reconcile",
        "rejects",
        "replay",
        "restore",
        "runs",
        "migrate",
        "collect",
        "ingest",
        "jobs",
        "api",
      ].sort(),
    );
  });

  test.each(program.commands.map((command) => command.name()))(
    "%s alone is there when it is asked for",
    async (name) => {
      const { commands } = await buildProgram([name, "--json"]);
      expect(commands.map((command) => command.name())).toEqual([name]);
    },
  );

  test.each(commands)("%s says what it does", (_path, command) => {
    expect(command.description().length).toBeGreaterThan(10);
    expect(helpOf(command)).toContain(command.description().slice(0, 20));
  });

  test.each(leaves)("%s has --json and --config, and every option says what it is for", (_path, command) => {
    expect(command.options.map((option) => option.long)).toEqual(
      expect.arrayContaining(["--json", "--config"]),
    );
    expect(command.options.filter((option) => option.description === "")).toEqual([]);
  });

  test.each(leaves)("%s has examples, and they are command lines that it reads", async (path, command) => {
    const examples = examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(example).toContain(path);
      await expect(readOnly(argsOf(example)), example).resolves.toBe(path);
    }
  });
});

describe("called wrongly: exit code 2, what was wrong, and where to look", () => {
  const env = bareEnv({ SPENDTRAIL_DATA_DIR: mkdtempSync(join(tmpdir(), "spendtrail-cli-")) });
  test.each([
    ["an unknown option", ["costs", "--gruop-by", "team"], "unknown option '--gruop-by'"],
    ["an unknown verb", ["cost"], "unknown command 'cost'"],
    ["a missing argument", ["keys", "revoke"], "missing required argument 'id'"],
    ["one argument too many", ["costs", "team"], "too many arguments"],
    ["a required option that is missing", ["keys", "create", "--role", "admin"], "required option '--label"],
    ["a bad choice", ["keys", "create", "--role", "boss", "--label", "x"], "Allowed choices are"],
    ["a bad granularity", ["costs", "--granularity", "year"], "Allowed choices are none, hour"],
    ["a port that is none", ["up", "--kafka-port", "kafka"], "a port from 0 to 65535 was due"],
    ["no events", ["demo", "--events", "0"], "a whole number from 1 on was due"],
    ["an option without its value", ["costs", "--from"], "argument missing"],
    ["a verb that is a group", ["keys"], "Usage: spendtrail keys"],
    ["a viewer without a team", ["keys", "create", "--role", "viewer", "--label", "x"], "at least one team"],
    [
      "a time that is none",
      ["keys", "create", "--role", "admin", "--label", "x", "--expires", "tomorrow"],
      "--expires is tomorrow; accepted: an ISO 8601 time",
    ],
    [
      "a file that is not there",
      ["sources", "import", "no-such-file.json"],
      "no-such-file.json cannot be used",
    ],
  ])("%s", async (_what, args, hint) => {
    const { code, stdout, stderr } = await runCli(args, env);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(hint);
    expect(stderr).toMatch(/--help|docs\/errors\.md/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("with --json the complaint is one JSON object on stderr", async () => {
    const { code, stdout, stderr } = await runCli(["costs", "--granularity", "year", "--json"], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(JSON.parse(stderr)).toEqual({
      error: { code: "USAGE", message: expect.stringContaining("Allowed choices are none, hour") },
    });
  });
});

describe("failures", () => {
  const env = bareEnv({ SPENDTRAIL_DATA_DIR: mkdtempSync(join(tmpdir(), "spendtrail-cli-")) });

  test("exit code 1, one message with the code's page", async () => {
    const url = `http://127.0.0.1:${await freePort(0, "nothing")}`;
    const run = await runCli(["costs", "--url", url], {
      ...env,
      SPENDTRAIL_API_KEY: "st_x",
    });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr).toContain(`${url} cannot be reached (ECONNREFUSED)`);
    expect(run.stderr).toContain("docs/errors.md#api_unreachable");
  });

  test("with --json they are one object on stderr", async () => {
    const run = await runCli(["keys", "list", "--json"], env);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    const { error } = JSON.parse(run.stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain("KAFKA_BROKERS");
  });

  test("--help and --version are answers: stdout, exit code 0", async () => {
    const help = await runCli(["keys", "create", "--help"], env);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("Examples:\n  $ spendtrail keys create");
    expect(await runCli(["--version"], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

/** The words of an example as a shell splits them, without its variables, its redirection and the command's name. */
function argsOf(example: string): string[] {
  const words: string[] = example.replace(/ > .*$/, "").match(/'[^']*'|\S+/g) ?? [];
  const from = words.indexOf("spendtrail") + 1;
  return words.slice(from).map((word) => word.replaceAll("'", ""));
}

/** Reads a command line without doing what it says; resolves to the verb that would have run. */
async function readOnly(args: readonly string[]): Promise<string> {
  const dry = await buildProgram(args);
  let verb = "";
  for (const command of everyCommand(dry)) {
    if (command.commands.length === 0)
      command.action(() => {
        verb = pathOf(command);
      });
  }
  await dry.parseAsync(args, { from: "user" });
  return verb;
}
