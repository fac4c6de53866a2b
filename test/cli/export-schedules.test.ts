import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { exportDestinations } from "#runtime/config/export-destinations.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { callsBefore, type Hook, makeKey, newFolder, startHook } from "#test/jobs/exports/exports-kit.ts";
import { type Ground, makeGround, silent } from "#test/support/pipeline.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";
import { topicSettings } from "#test/support/topic-settings.ts";

const DESTINATIONS = "examples/exports/destinations.json";
const SCHEDULES = "examples/exports/schedules.json";

let ground: Ground;
let api: RunningApi;
let hook: Hook;
let env: NodeJS.ProcessEnv;
let owner: string;
const folder = newFolder();
beforeAll(async () => {
  [ground, hook] = await Promise.all([makeGround({ partitions: 1, prices: false }), startHook()]);
  const { producer, settings, clickhouse, topics } = ground;
  // The example, with places that there are here.
  const named = JSON.parse(readFileSync(DESTINATIONS, "utf8"));
  Object.assign(named.finance, { path: folder });
  Object.assign(named.erp, { url: hook.url });
  const destinations = JSON.stringify(named);
  api = await startApi(
    {
      ...{ clickhouseTeam: clickhouse, clickhouseAll: clickhouse, settings, log: silent },
      changeSettings: (change) => changeSettings(producer, settings, change),
      recordAct: createRecordAct(producer, topics.acts),
      exportDestinations: new Set(exportDestinations.parse(destinations).keys()),
      metrics: createMetrics({ defaults: false }),
      cursorSecret: randomBytes(32),
      clock: () => new Date(),
    },
    { host: "127.0.0.1", port: 0 },
  );
  const key = await makeKey(ground, { role: "admin" });
  owner = key.id;
  const { brokers, clickHouseUrl } = await sharedServers();
  env = bareEnv({
    KAFKA_BROKERS: brokers.join(","),
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_DATABASE: ground.database,
    ...Object.fromEntries(
      ["INGEST", "API", "API_ALL"].flatMap((role) => [
        [`CLICKHOUSE_${role}_USER`, "admin"],
        [`CLICKHOUSE_${role}_PASSWORD`, TEST_PASSWORD],
      ]),
    ),
    SPENDTRAIL_EXPORT_DESTINATIONS: destinations,
    ...{
      SPENDTRAIL_JOBS_HEALTH_PORT: "0",
      SPENDTRAIL_REPLICATION_FACTOR: "1",
      SPENDTRAIL_LOG_LEVEL: "error",
    },
    SPENDTRAIL_API_URL: api.url,
    SPENDTRAIL_API_KEY: key.token,
    ...{ AWS_ACCESS_KEY_ID: "none", AWS_SECRET_ACCESS_KEY: "none" },
    ...topicSettings(topics),
  });
  await callsBefore(ground, Date.now() - 86_400_000);
}, 90_000);
afterAll(async () => {
  await Promise.all([api.close(), hook.close()]);
  await ground.close();
});

const schedules = (...args: string[]) => runCli(["export", "schedules", ...args], env);
// biome-ignore lint/suspicious/noExplicitAny: a test looks into an answer as its reader would
async function answered(...args: string[]): Promise<any> {
  const run = await schedules(...args, "--json");
  expect(run.code, run.stderr).toBe(0);
  return JSON.parse(run.stdout);
}

async function startJobs(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["cli/spendtrail.mjs", "jobs", "--json"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.stdout === null) throw new Error("it has an output");
  const ended = once(child, "exit").then(() => {
    throw new Error("the jobs ended by themselves");
  });
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  ended.catch(() => {});
  expect(JSON.parse(String(line))).toHaveProperty("health");
  return child;
}

test("the example is set, run by hand and delivered once by two programs of jobs, and is told of", {
  timeout: 180_000,
}, async () => {
  const set = await answered("set", "--file", SCHEDULES);
  expect(set.schedules.map(({ id, version }: { id: string; version: number }) => [id, version])).toEqual([
    ["month-close", 1],
    ["focus-daily", 1],
    ["yesterday", 1],
  ]);
  expect(set.schedules[0].value.owner).toBe(owner);
  const jobs = await Promise.all([startJobs(), startJobs()]);

  // Five minutes ago: begun by now.
  const due = new Date(Date.now() - 300_000).toISOString();
  for (const id of ["yesterday", "month-close"]) await answered("run", id, "--due", due);
  const headers = { authorization: `Bearer ${env["SPENDTRAIL_API_KEY"]}` };
  await vi.waitFor(
    async () => {
      const listed = await (await fetch(`${api.url}/v1/exports/schedules`, { headers })).json();
      const outcome = { state: "delivered", due_at: due, attempts: 1, code: null };
      expect(listed).toMatchObject({
        schedules: [
          { id: "month-close", runs: [outcome] },
          { id: "focus-daily", runs: [] },
          { id: "yesterday", runs: [outcome] },
        ],
      });
    },
    { timeout: 90_000, interval: 200 },
  );
  // In order: what either of them still had under way is ended.
  for (const child of jobs) child.kill("SIGTERM");
  const ends = await Promise.all(jobs.map(async (child) => (await once(child, "exit"))[0]));
  expect(ends).toEqual([0, 0]);
  expect(hook.posts).toHaveLength(1);
  const { data } = JSON.parse(hook.posts[0]?.body ?? "");
  expect(data).toMatchObject({ schedule: "yesterday", due_at: due });
  const files = readdirSync(folder).sort();
  expect(files).toEqual([
    expect.stringMatching(/^month-close_.*\.xlsx$/),
    expect.stringMatching(/\.manifest\.json$/),
  ]);
  expect(readFileSync(join(folder, files[1] ?? ""), "utf8")).toContain('"by": "cost_center"');

  const table = await schedules("list");
  expect(table.stdout).toMatch(/month-close\s+journal, previous_month\s+\S+Z\s+finance\s+\S+Z\s+delivered/);
  expect(table.stdout).toMatch(/focus-daily\s+focus, month_to_date\s+\S+Z\s+lake\s+-\s+-/);
});

test("set changes what is said and leaves the rest; pause, resume and remove do what they say", async () => {
  await answered("set", "ledger", ...NEW, "--param", "grain=day", "--param", "team=a", "--param", "team=b");
  const { schedules: changed } = await answered("set", "ledger", "--format", "ndjson", "--catch-up", "0");
  expect(changed[0].value).toMatchObject({
    ...{ export: "costs", format: "ndjson", catch_up: 0, cron: "0 6 * * *" },
    parameters: { grain: "day", team: ["a", "b"] },
  });
  await answered("pause", "ledger");
  const paused = await schedules("list");
  expect(paused.stdout).toMatch(/ledger\s+costs, previous_day\s+paused/);
  const run = await schedules("run", "ledger");
  expect(run.code).not.toBe(0);
  expect(run.stderr).toContain("resume` it first");
  await answered("resume", "ledger");
  const { schedules: listed } = await answered("list");
  const ledger = listed.find(({ id }: { id: string }) => id === "ledger");
  expect(ledger).toMatchObject({
    next_due_at: expect.stringMatching(/T06:00:00\.000Z$/),
    owner_refused: null,
  });
  await answered("remove", "ledger");
  const gone = await schedules("pause", "ledger");
  expect(gone.code).not.toBe(0);
  expect(gone.stderr).toContain("the name of a schedule");
});

const NEW = [
  "--export",
  "costs",
  "--range",
  "previous_day",
  "--cron",
  "0 6 * * *",
  "--destination",
  "finance",
];
test.each([
  [
    ["bad", ...NEW, "--destination", "nowhere"],
    "there is no destination nowhere; the operator has configured finance",
  ],
  [["bad", ...NEW, "--param", "grain"], "name=value"],
  [["--file", "README.md"], "a JSON file with a schedule"],
])("set %j is refused in words", async (args, says) => {
  const run = await schedules("set", ...args);
  expect(run.code).not.toBe(0);
  expect(run.stderr).toContain(says);
});

test("a key that is no admin's sets nothing", async () => {
  const { token } = await makeKey(ground);
  const run = await runCli(["export", "schedules", "set", "mine", ...NEW], {
    ...env,
    SPENDTRAIL_API_KEY: token,
  });
  expect(run.code).not.toBe(0);
  expect(run.stderr).toContain("403");
});
