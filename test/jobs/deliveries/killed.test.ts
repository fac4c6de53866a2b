import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Alert } from "#core/alert.ts";
import { notificationId, TRANSITIONS } from "#core/notifications/notification.ts";
import type { ChildPlan } from "#test/jobs/deliveries/child-deliveries.ts";
import {
  ended,
  firing,
  recordOf,
  SECRETS,
  setReceiver,
  write,
} from "#test/jobs/deliveries/deliveries-kit.ts";
import { type ReceiverServer, startReceiver } from "#test/jobs/deliveries/receiver-server.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

let ground: Ground;
let server: ReceiverServer;
const groupId = uniqueName("deliveries");
const children = new Set<ChildProcess>();
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  server = await startReceiver();
  await setReceiver(ground, "hook", { type: "webhook", url: server.url, secrets: ["new"] });
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await server.close();
  await ground.close();
});

async function startChild(more: Pick<ChildPlan, "leads" | "dies">): Promise<ChildProcess> {
  const { clickHouseUrl } = await sharedServers();
  const plan: ChildPlan = {
    ...{
      brokers: ground.kafka.brokers,
      topics: ground.topics,
      groupId,
      allow: server.allow,
      secrets: SECRETS,
    },
    clickhouse: {
      ...{ url: clickHouseUrl, user: "admin", password: TEST_PASSWORD },
      ...{ database: ground.database, requestTimeoutMs: 20_000 },
    },
    ...more,
  };
  const child = spawn(process.execPath, ["test/jobs/deliveries/child-deliveries.ts", JSON.stringify(plan)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Every notification of these alerts was heard and verifies, and each has the one id that it must have. */
function checkHeard(alerts: readonly Alert[]) {
  const heard = new Map<string, Set<string>>();
  for (const { body, headers, json } of server.heard) {
    new Webhook(SECRETS.new).verify(body, headers as Record<string, string>);
    const about = `${json.data.alert_id} ${json.type === "alert.firing" ? "firing" : "ended"}`;
    heard.set(about, (heard.get(about) ?? new Set()).add(String(headers["webhook-id"])));
  }
  const expected = alerts.flatMap((alert) =>
    TRANSITIONS.map(
      (transition) => [`${alert.id} ${transition}`, [notificationId(alert, transition, "hook")]] as const,
    ),
  );
  expect(Object.fromEntries([...heard].map(([about, ids]) => [about, [...ids]]))).toEqual(
    Object.fromEntries(expected),
  );
}

const sent = async () => (await recordOf(ground, "hook")).filter(({ state }) => state === "sent").length;

test("three processes, each of which may lead and is killed at random between sending and recording", async () => {
  const alerts = Array.from({ length: 60 }, () => firing(["hook"]));
  let deaths = 0;
  let isOver = false;
  // Each begins as leader, so several overlap: the worst that a change of leaders can come to.
  const slots = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      const child = await startChild({ leads: "at_once", dies: deaths < 12 ? 0.3 : 0 });
      const [, signal] = await once(child, "exit");
      if (signal === "SIGKILL" && !isOver) deaths += 1;
    }
  });
  for (let from = 0; from < alerts.length; from += 10) {
    const some = alerts.slice(from, from + 10);
    await write(ground, some);
    await expect.poll(sent, { timeout: 60_000, interval: 200 }).toBeGreaterThanOrEqual(2 * from + 5);
    await write(
      ground,
      some.map((alert) => ended(alert)),
    );
  }
  await expect.poll(sent, { timeout: 60_000, interval: 200 }).toBe(2 * alerts.length);
  isOver = true;
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(slots);
  checkHeard(alerts);
  expect(deaths).toBeGreaterThanOrEqual(5);
}, 180_000);

test("one leader by Kafka: killed with -9, the next tells the rest, and nothing twice but what was under way", async () => {
  const before = server.heard.length;
  const alerts = Array.from({ length: 10 }, () => firing(["hook"]));
  const first = await startChild({ leads: "kafka", dies: 0 });
  await write(ground, alerts.slice(0, 5));
  await server.until(before + 5);
  await expect.poll(sent, { timeout: 30_000 }).toBe(125);
  first.kill("SIGKILL");
  await once(first, "exit");
  await startChild({ leads: "kafka", dies: 0 });
  await write(ground, alerts.slice(5));
  await expect.poll(sent, { timeout: 60_000, interval: 200 }).toBe(130);
  expect(server.heard.length).toBe(before + 10);
}, 120_000);
