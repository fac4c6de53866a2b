import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { openStore, type Store, settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

/** This file's year: the database is shared by the files. */
const YEAR = "2005";
/** The commands of the page, in its order. */
const COMMANDS = [...readFileSync("docs/periods.md", "utf8").matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((match) => (match[1] ?? "").split("\n"))
  .filter((line) => line.includes("spendtrail periods"))
  .map((line) => line.replaceAll("2026", YEAR));

let store: Store;
let api: RunningApi;
let env: NodeJS.ProcessEnv;
let other: string;
beforeAll(async () => {
  store = await openStore();
  const settings = settingsInMemory();
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  const { deps } = testDeps(stores, settings, { clock: () => new Date(`${YEAR}-12-05T10:00:00.000Z`) });
  api = await startApi(deps, { host: "127.0.0.1", port: 0 });
  const own = await settings.key({ role: "finance" });
  other = await settings.key({ role: "admin" });
  env = bareEnv({ SPENDTRAIL_API_URL: api.url, SPENDTRAIL_API_KEY: own });
  const at = `${YEAR}-11-10T10:00:00.000Z`;
  await store.insertEvents([
    eventRow({
      event_id: eventIdOf("cli-period"),
      at,
      team: "search",
      cost_usd: "2.5",
      cost_status: "rated",
    }),
  ]);
});
afterAll(async () => {
  await api.close();
  await store.close();
});

/** A command as a shell would read it. */
async function run(command: string, more: readonly string[] = []) {
  const [, key, rest = ""] = /^(?:SPENDTRAIL_API_KEY=(<[^>]+>) )?spendtrail (.*)$/.exec(command) ?? [];
  const words = [...rest.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
  return runCli([...words, ...more], { ...env, ...(key === undefined ? {} : { SPENDTRAIL_API_KEY: other }) });
}

test("the commands of docs/periods.md do what the page says", { timeout: 120_000 }, async () => {
  const said = [];
  for (const command of COMMANDS) {
    const { code, stdout, stderr } = await run(command);
    expect([command, code, stderr]).toEqual([command, 0, expect.any(String)]);
    said.push(stdout);
  }
  const [opened, plan, closed, shown, asked, reopened] = said;
  expect(opened).toContain(`${YEAR}-11  open`);
  expect(plan).toContain("1 calls, 2.5 USD rated");
  expect(plan).toContain("--apply closes it");
  expect(closed).toContain("closed with     1 calls, 2.5 USD rated");
  expect(shown).toContain("the same to the last digit");
  expect(asked).toContain("another key approves it by --approve");
  expect(reopened).toContain("was reopened");
});

test("a refusal is said with its reason and its exit code, and a list is JSON", {
  timeout: 120_000,
}, async () => {
  const missing = await run(`spendtrail periods close ${YEAR}-11 --apply`);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("--reason")]);
  const unknown = await run("spendtrail periods show nothing");
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("no period nothing")]);
  const own = await run(`spendtrail periods reopen ${YEAR}-11 --approve --reason x`);
  expect([own.code, own.stderr]).toEqual([1, expect.stringContaining("is open already")]);
  const list = JSON.parse((await run("spendtrail periods list --json")).stdout);
  expect(list).toMatchObject([{ id: `${YEAR}-11`, state: "open", zone: "Europe/Berlin" }]);
});
