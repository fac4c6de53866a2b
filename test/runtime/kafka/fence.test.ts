import { expect, onTestFinished, test } from "vitest";
import { joinGroup } from "#runtime/kafka/group-consumer.ts";
import type { Term } from "#runtime/kafka/group-terms.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { relayBroker } from "#test/runtime/kafka/relayed-broker.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const OFFSET_COMMIT = 8;
/** Answers; kafkajs' consumer gives up after seven. */
const LOST = 9;
const log = createLog("test", "silent");

async function joined(topic: string) {
  const { brokers } = await sharedServers();
  const kafka = { brokers, clientId: "test" };
  const spec = { topic, partitions: 1, settings: {}, ours: false };
  await inspectTopics(kafka, [spec], { create: true, replicationFactor: 1, log });
  const terms: Term[] = [];
  const consumer = await joinGroup(
    kafka,
    { groupId: topic, topics: [topic], log, sessionTimeoutMs: 6_000 },
    {
      assigned: async (term) => {
        terms.push(term);
        return new Map();
      },
      fetched: () => {},
      crashed: () => {},
    },
  );
  onTestFinished(() => consumer.stop());
  await expect.poll(() => terms.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const commit = (term: Term) => consumer.commit(term, { topic, partition: 0, offset: 0n, metadata: "" });
  return { terms, commit, heardAtMs: consumer.heardAtMs };
}

test("a commit that went through in another generation than the work was begun in is nobody's", async () => {
  const { terms, commit } = await joined(uniqueName("fence"));
  const [term] = terms;
  if (term === undefined) throw new Error("it has joined");
  await commit(term);
  expect(term.generationId).toMatch(/^\d+$/);
  // As after a rebalance that the commit was repeated behind, as the same member.
  term.generationId = "999";
  await expect(commit(term)).rejects.toMatchObject({ code: "KAFKA_FENCED" });
}, 40_000);

test("a member that joins ends the terms of the others, and their commits", async () => {
  const topic = uniqueName("fence");
  const first = await joined(topic);
  const [term] = first.terms;
  if (term === undefined) throw new Error("it has joined");
  await joined(topic);
  await expect.poll(() => first.terms.length, { timeout: 20_000 }).toBe(2);
  await expect(first.commit(term)).rejects.toMatchObject({ code: "KAFKA_FENCED" });
}, 60_000);

test("a commit whose connections break is tried again while the term lasts, longer than kafkajs tries", async () => {
  const { brokers } = await sharedServers();
  let toLose = 0;
  await relayBroker(brokers[0] ?? "", (apiKey, answer) => {
    if (apiKey !== OFFSET_COMMIT || toLose === 0) return answer;
    toLose--;
    return null;
  });
  const { terms, commit } = await joined(uniqueName("fence"));
  const [term] = terms;
  if (term === undefined) throw new Error("it has joined");
  toLose = LOST;
  await commit(term);
  expect(toLose).toBe(0);
  expect(terms).toHaveLength(1);
}, 60_000);

test("the group's heartbeats are heard", async () => {
  const { terms, heardAtMs } = await joined(uniqueName("fence"));
  const atJoinMs = heardAtMs();
  await expect.poll(heardAtMs, { timeout: 20_000 }).toBeGreaterThan(atJoinMs);
  expect(terms[0]?.generationId).toMatch(/^\d+$/);
}, 40_000);
