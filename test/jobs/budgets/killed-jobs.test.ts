import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BudgetGround, budgetGround } from "#test/jobs/budgets/budgets-kit.ts";
import { SECRETS, setReceiver } from "#test/jobs/deliveries/deliveries-kit.ts";
import { type ReceiverServer, startReceiver } from "#test/jobs/deliveries/receiver-server.ts";
import { eventIdOf } from "#test/support/event-row.ts";
import { TEST_SALT } from "#test/support/pipeline.ts";
import { bareEnv } from "#test/support/run-cli.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";
import { topicSettings } from "#test/support/topic-settings.ts";

const THRESHOLDS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const PEOPLE = ["u_0000000000000000000000000000000a", "u_0000000000000000000000000000000b"];
const DEATHS = 6;

let on: BudgetGround;
let server: ReceiverServer;
let env: NodeJS.ProcessEnv;
const groupId = uniqueName("budgets");
const children = new Set<ChildProcess>();
let isOver = false;
beforeAll(async () => {
  on = await budgetGround(new Date().toISOString());
  server = await startReceiver();
  const { brokers, clickHouseUrl } = await sharedServers();
  env = bareEnv({
    KAFKA_BROKERS: brokers.join(","),
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_DATABASE: on.ground.database,
    CLICKHOUSE_INGEST_USER: "admin",
    CLICKHOUSE_INGEST_PASSWORD: TEST_PASSWORD,
    SPENDTRAIL_PERSON_SALT: TEST_SALT.toString(),
    SPENDTRAIL_REPLICATION_FACTOR: "1",
    SPENDTRAIL_LOG_LEVEL: "error",
    SPENDTRAIL_RECEIVERS_SECRETS: JSON.stringify(SECRETS),
    SPENDTRAIL_RECEIVERS_ALLOW: server.allow,
    ...topicSettings(on.ground.topics),
  });
}, 60_000);
afterAll(async () => {
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  await server.close();
  await on.ground.close();
});

/** Keeps one process alive until the test is over, however often it dies. */
async function keepAlive(): Promise<void> {
  while (!isOver) {
    const child = spawn(process.execPath, ["test/jobs/budgets/child-jobs.ts", groupId], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    children.add(child);
    await once(child, "exit");
    children.delete(child);
  }
}

test("spend crosses every threshold while three jobs are killed at random: each is heard of, under one id", async () => {
  await setReceiver(on.ground, "hook", { type: "webhook", url: server.url, secrets: ["new"] });
  const said = {
    receivers: ["hook"],
    thresholds: { actual: THRESHOLDS, forecast: [] },
    // No midnight within the test ends a period.
    period: { kind: "rolling" as const, days: 1 },
  };
  await on.setBudget({ id: "team", ...said, amount_usd: "100" });
  await on.setBudget({ id: "each", ...said, amount_usd: "50", mode: "per_member" });
  const slots = [keepAlive(), keepAlive(), keepAlive()];
  // Until somebody leads, nobody's death is of interest.
  await on.insert(call(0, "0.000001"));
  await expect.poll(async () => (await on.messages()).size, { timeout: 60_000 }).toBeGreaterThan(1);
  let deaths = 0;
  for (let step = 1; step <= 20; step++) {
    await on.insert(...PEOPLE.map((user_ref, at) => call(step * 2 + at, "2.5", user_ref)));
    if (deaths < DEATHS && step % 3 === 0) {
      // The one that was started first leads most of the time; by chance it is one of the others.
      const [first, ...others] = [...children];
      const victim =
        Math.random() < 0.7 ? first : (others[Math.floor(Math.random() * others.length)] ?? first);
      await pause(Math.random() * 1_000);
      victim?.kill("SIGKILL");
      deaths += 1;
    } else await pause(Math.random() * 500);
  }
  const expected = [
    ...THRESHOLDS.map((percent) => `team - ${percent}`),
    ...PEOPLE.flatMap((member) => THRESHOLDS.map((percent) => `each ${member} ${percent}`)),
  ].sort();
  await expect.poll(() => [...heard().keys()].sort(), { timeout: 90_000, interval: 250 }).toEqual(expected);
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(slots);
  for (const [about, ids] of heard()) expect([...ids], about).toHaveLength(1);
  expect(deaths).toBe(DEATHS);
}, 240_000);

/** Which thresholds were heard of, and under which ids; every message verifies. */
function heard(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { body, headers, json } of server.heard) {
    new Webhook(SECRETS.new).verify(body, headers as Record<string, string>);
    expect(json.type).toBe("alert.firing");
    const { budget_id, member = "-", threshold } = json.data.labels;
    const about = `${budget_id} ${member} ${threshold}`;
    found.set(about, (found.get(about) ?? new Set()).add(String(headers["webhook-id"])));
  }
  return found;
}

function call(number: number, cost: string, user_ref = PEOPLE[0] ?? "") {
  const at = new Date().toISOString();
  return {
    event_id: eventIdOf(`call ${number}`),
    at,
    cost_usd: cost,
    cost_status: "rated",
    team: "search",
    user_ref,
  };
}
