import { afterAll, beforeAll, expect, test } from "vitest";
import { type FollowedBudgets, followBudgetState } from "#runtime/budgets/follow-budget-state.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { budgetOf, NOW, scopeStateOf, standingOf } from "#test/core/budgets/decide-kit.ts";
import { silent } from "#test/support/pipeline.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const topic = uniqueName("budget-state");
const metrics = createMetrics({ defaults: false });
const [search, data] = [
  budgetOf({ id: "search" }),
  budgetOf({ id: "data", scope: { kind: "team", id: "data" } }),
];
const searchState = (usd: string) => scopeStateOf(search.scope, [standingOf(search, usd)]);
let kafka: { brokers: string[]; clientId: string };
let producer: Producer;
let budgets: FollowedBudgets;

const send = (key: string | null, value: unknown) =>
  producer.send(topic, [
    {
      key,
      value: value === null ? null : Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
      partition: 0,
    },
  ]);

beforeAll(async () => {
  kafka = { brokers: [...(await sharedServers()).brokers], clientId: "test" };
  const admin = createKafka(kafka, silent).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
  await admin.disconnect();
  producer = await createProducer(kafka, silent);
  await send("team:search", searchState("1"));
  await send("team:search", searchState("2"));
  await send("team:data", scopeStateOf(data.scope, [standingOf(data, "3")]));
  budgets = await followBudgetState({ kafka, topic, log: silent, metrics });
});
afterAll(async () => {
  await budgets.stop();
  await producer.close();
});

test("knows the newest message of every key as soon as it has begun", () => {
  expect(budgets.scope("team:search")?.budgets[0]?.spent_usd).toBe("2");
  expect(budgets.ofBudget("data")).toMatchObject([{ scope: { id: "data" } }]);
  expect([budgets.scope("team:none"), budgets.ofBudget("none"), budgets.evaluator()]).toEqual([
    null,
    [],
    null,
  ]);
  expect(budgets.isFollowed()).toBe(true);
});

test("follows on: new figures, who reckons, and keys that are gone", async () => {
  await send("team:search", searchState("4"));
  await send("evaluator", {
    type: "evaluator",
    as_of: NOW,
    data_until: null,
    settings_offset: "7",
    budgets: 2,
  });
  await send("team:data", null);
  await budgets.caughtUp();
  expect(budgets.scope("team:search")?.budgets[0]?.spent_usd).toBe("4");
  expect(budgets.evaluator()?.settings_offset).toBe("7");
  expect([budgets.scope("team:data"), budgets.ofBudget("data")]).toEqual([null, []]);
  await send("team:search", scopeStateOf(search.scope, []));
  await budgets.caughtUp();
  expect(budgets.ofBudget("search")).toEqual([]);
});

test("what is no such thing is counted, and changes and stops nothing", async () => {
  await send("team:search", searchState("5"));
  await send("team:search", "no json");
  await send("team:search", { type: "scope" });
  await send("team:search", scopeStateOf(data.scope, [standingOf(data, "9")]));
  await send(null, searchState("9"));
  await send("team:other", searchState("9"));
  await budgets.caughtUp();
  expect(budgets.scope("team:search")?.budgets[0]?.spent_usd).toBe("5");
  expect(budgets.scope("team:other")).toBeNull();
  expect((await metrics.render()).text).toContain("spendtrail_budget_messages_unreadable_total 5");
  await send("team:search", searchState("6"));
  await budgets.caughtUp();
  expect(budgets.scope("team:search")?.budgets[0]?.spent_usd).toBe("6");
});
