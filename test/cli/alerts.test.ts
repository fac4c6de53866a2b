import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { ended, firing, SECRETS, write } from "#test/jobs/deliveries/deliveries-kit.ts";
import { type ReceiverServer, startReceiver } from "#test/jobs/deliveries/receiver-server.ts";
import { makeKey } from "#test/jobs/exports/exports-kit.ts";
import { type Ground, makeGround, silent } from "#test/support/pipeline.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

let ground: Ground;
let api: RunningApi;
let server: ReceiverServer;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  [ground, server] = await Promise.all([makeGround({ partitions: 1, prices: false }), startReceiver()]);
  const { producer, settings, clickhouse, topics } = ground;
  api = await startApi(
    {
      ...{ clickhouseTeam: clickhouse, clickhouseAll: clickhouse, settings, log: silent },
      changeSettings: (change) => changeSettings(producer, settings, change),
      recordAct: createRecordAct(producer, topics.acts),
      exportDestinations: new Set(),
      metrics: createMetrics({ defaults: false }),
      cursorSecret: randomBytes(32),
      clock: () => new Date(),
    },
    { host: "127.0.0.1", port: 0 },
  );
  const key = await makeKey(ground, { role: "admin" });
  const { brokers, clickHouseUrl } = await sharedServers();
  const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  env = bareEnv({
    ...{ KAFKA_BROKERS: brokers.join(","), CLICKHOUSE_URL: clickHouseUrl },
    ...{ CLICKHOUSE_DATABASE: ground.database, CLICKHOUSE_INGEST_USER: "admin" },
    ...{ CLICKHOUSE_INGEST_PASSWORD: TEST_PASSWORD, SPENDTRAIL_JOBS_HEALTH_PORT: "0" },
    ...{ SPENDTRAIL_REPLICATION_FACTOR: "1", SPENDTRAIL_LOG_LEVEL: "error" },
    ...{ SPENDTRAIL_API_URL: api.url, SPENDTRAIL_API_KEY: key.token },
    SPENDTRAIL_RECEIVERS_SECRETS: JSON.stringify({ ...SECRETS, place: server.url }),
    SPENDTRAIL_RECEIVERS_ALLOW: server.allow,
    ...Object.fromEntries(
      Object.entries(topics).map(([name, topic]) => [`SPENDTRAIL_TOPIC_${snake(name)}`, topic]),
    ),
  });
}, 90_000);
afterAll(async () => {
  await Promise.all([api.close(), server.close()]);
  await ground.close();
});

// biome-ignore lint/suspicious/noExplicitAny: a test looks into an answer as its reader would
async function answered(...args: string[]): Promise<any> {
  const run = await runCli([...args, "--json"], env);
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
  await once(createInterface(child.stdout), "line");
  return child;
}

test("the example's receivers are set, changed, listed and removed", { timeout: 120_000 }, async () => {
  const { receivers } = await answered("receivers", "set", "--file", "examples/alerts/receivers.json");
  expect(receivers).toHaveLength(JSON.parse(readFileSync("examples/alerts/receivers.json", "utf8")).length);
  const changed = await answered(
    "receivers",
    "set",
    "finance",
    "--secret",
    "b",
    "--secret",
    "a",
    "--no-default",
  );
  expect(changed.receivers).toMatchObject([
    {
      version: 2,
      value: { url: "https://hooks.example.com/spend", secrets: ["b", "a"], is_default: false },
    },
  ]);
  // An address takes the place of a secret that holds one, and another type begins anew.
  await answered("receivers", "set", "prometheus", "--address-secret", "place");
  await answered("receivers", "set", "heads", "--type", "slack", "--address-secret", "place");
  const listed = await runCli(["receivers", "list"], env);
  expect(listed.stdout).toMatch(/prometheus +alertmanager +no +yes +address of secret place/);
  expect(listed.stdout).toMatch(/heads +slack +no +yes +address of secret place/);
  await answered("receivers", "remove", "heads");
  expect((await runCli(["receivers", "remove", "heads"], env)).stderr).toContain("the name of a receiver");
  for (const [args, message] of [
    [["set", "x", "--type", "webhook", "--secret", "a"], "needs either url or url_secret"],
    [["set", "x", "--type", "webhook", "--address", "https://a.example"], "names no secret to sign with"],
    [["set", "x", "--type", "slack"], "url_secret"],
    [["set", "X Y", "--type", "slack", "--address-secret", "a"], "id"],
    [["set"], "the name of one receiver"],
    [["set", "--file", "package.json"], "not receivers with an id"],
  ] as const) {
    const { code, stderr } = await runCli(["receivers", ...args], env);
    expect(code, stderr).not.toBe(0);
    expect(stderr).toContain(message);
  }
});

test("a receiver is tried from here, by the same rules as the jobs", { timeout: 120_000 }, async () => {
  const to = ["--address", server.url, "--secret", "new"];
  await answered("receivers", "set", "tried", "--type", "webhook", ...to);
  const told = await answered("alerts", "test", "tried");
  expect(told).toMatchObject({ receiver: "tried", status: 204 });
  const heard = server.heard.at(-1);
  expect(heard?.headers["webhook-id"]).toBe(told.notification);
  const headers = heard?.headers as Record<string, string>;
  expect(new Webhook(SECRETS.new).verify(heard?.body ?? "", headers)).toMatchObject({ type: "alert.test" });
  server.answers.push(503);
  const failed = await runCli(["alerts", "test", "tried"], env);
  expect(failed.code).not.toBe(0);
  expect(failed.stderr).toContain("answered 503");
  const refused = await runCli(["alerts", "test", "tried"], {
    ...env,
    SPENDTRAIL_RECEIVERS_ALLOW: "a.example",
  });
  expect(refused.stderr).toContain("may not be reached");
  const secretless = await runCli(["alerts", "test", "tried"], {
    ...env,
    SPENDTRAIL_RECEIVERS_SECRETS: "{}",
  });
  expect(secretless.stderr).toContain("names the secret new");
  const spoilt = await runCli(["alerts", "test", "tried"], { ...env, SPENDTRAIL_RECEIVERS_SECRETS: "{" });
  expect(spoilt.stderr).toContain("SPENDTRAIL_RECEIVERS_SECRETS");
  expect((await runCli(["alerts", "test", "nobody"], env)).stderr).toContain("the name of a receiver");
});

test("real jobs tell it, what was given up is seen and replayed", { timeout: 180_000 }, async () => {
  const to = ["--address", server.url, "--secret", "new"];
  await answered("receivers", "set", "real", "--type", "webhook", ...to);
  await answered("receivers", "set", "gone", "--type", "webhook", ...to);
  const before = server.heard.length;
  const [one, other] = [firing(["real"]), firing(["gone"])];
  await startJobs();
  await write(ground, [one]);
  await server.until(before + 1);
  server.answers.push(410);
  await write(ground, [other]);
  await server.until(before + 2);
  const dead = () => answered("alerts", "deliveries", "--state", "dead", "--receiver", "gone");
  await expect.poll(async () => (await dead()).deliveries, { timeout: 20_000 }).toHaveLength(1);
  const list = await runCli(["alerts", "list", "--state", "firing"], env);
  expect(list.stdout).toContain(`budget=${one.labels["budget"]}`);
  const table = await runCli(["alerts", "deliveries", "--receiver", "gone"], env);
  expect(table.stdout).toContain("RECEIVER_GONE");

  await answered("receivers", "set", "gone", "--note", "mended");
  const { replayed } = await answered("alerts", "replay", "--dead", "--receiver", "gone");
  expect(replayed).toHaveLength(1);
  await server.until(before + 3);
  expect(server.heard[before + 2]?.headers["webhook-id"]).toBe(replayed[0]);
  await write(ground, [ended(one)]);
  await server.until(before + 4);
  await expect.poll(async () => (await dead()).deliveries, { timeout: 20_000 }).toHaveLength(0);
  const again = await runCli(["alerts", "replay", replayed[0]], env);
  expect(again.stderr).toContain("is sent");
  const nothing = await runCli(["alerts", "replay"], env);
  expect(nothing.stderr).toContain("--dead");
});
