import { expect, onTestFinished, test } from "vitest";
import { joinGroup } from "#runtime/kafka/group-consumer.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { relayBroker } from "#test/runtime/kafka/relayed-broker.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const OFFSET_FETCH = 9;
/** More than kafkajs' admin client tries by itself. */
const LOST = 12;

test("connections that break while it asks where to begin do not end a member: it asks again", async () => {
  const { brokers } = await sharedServers();
  const log = createLog("test", "silent");
  const kafka = { brokers, clientId: "test" };
  const topic = uniqueName("begin");
  const spec = { topic, partitions: 1, settings: {}, ours: false };
  await inspectTopics(kafka, [spec], { create: true, replicationFactor: 1, log });
  let lost = 0;
  await relayBroker(brokers[0] ?? "", (apiKey, answer) => {
    if (apiKey !== OFFSET_FETCH || lost === LOST) return answer;
    lost++;
    return null;
  });
  const starts: unknown[] = [];
  const crashes: Error[] = [];
  const consumer = await joinGroup(
    kafka,
    { groupId: topic, topics: [topic], log },
    {
      assigned: async (_term, at) => {
        starts.push(...at);
        return new Map();
      },
      fetched: () => {},
      crashed: (error) => void crashes.push(error),
    },
  );
  onTestFinished(() => consumer.stop());
  await expect.poll(() => starts.length + crashes.length, { timeout: 50_000 }).toBeGreaterThan(0);
  expect(crashes).toEqual([]);
  expect(starts).toMatchObject([{ topic, partition: 0, low: 0n, committed: null }]);
  expect(lost).toBe(LOST);
}, 80_000);
