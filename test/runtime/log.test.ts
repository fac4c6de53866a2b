import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Runs a line of code that logs, and gives what stood on standard output and error. */
function run(code: string) {
  const program = `import { createLog } from "#runtime/log.ts"; const log = createLog("part"); ${code}`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
}

test("a line is one JSON object on standard error, and standard output stays free", () => {
  const { stdout, stderr } = run(`log.info({ rows: 3 }, "written"); log.debug("not at this level");`);
  expect(stdout).toBe("");
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(stderr)).toMatchObject({ level: "info", name: "part", rows: 3, msg: "written" });
  expect(JSON.parse(stderr).time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test("credentials are cut by name, three levels deep, and an error's other members are not logged", () => {
  const { stderr } = run(`
    const hidden = "hidden-value";
    log.warn({ password: hidden, sasl: { password: hidden, token: hidden }, a: { b: { secret: hidden } },
      headers: { authorization: hidden, "x-api-key": hidden } }, "x");
    log.error({ error: Object.assign(new Error("reason", { cause: new Error("why") }), { code: "E_X", request: { body: hidden } }) }, "y");
  `);
  expect(stderr).not.toContain("hidden-value");
  expect(stderr).toContain("[cut]");
  expect(JSON.parse(stderr.trimEnd().split("\n")[1] ?? "")).toMatchObject({
    error: { code: "E_X", message: "reason", cause: "why" },
  });
});

test("the last line before a crash is there", () => {
  const { stderr } = run(`log.fatal("last"); process.kill(process.pid, "SIGKILL");`);
  expect(stderr).toContain("last");
});
