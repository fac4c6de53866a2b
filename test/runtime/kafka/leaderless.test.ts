import { expect, test } from "vitest";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { relayBroker } from "#test/runtime/kafka/relayed-broker.ts";
import { silent } from "#test/support/pipeline.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const FETCH = 1;
const NOT_LEADER_FOR_PARTITION = 6;

test("a partition that gets its leader only now is waited for, as just after its topic was made", async () => {
  const { brokers } = await sharedServers();
  const kafka = { brokers, clientId: "test" };
  const topic = uniqueName("made");
  const spec = { topic, partitions: 1, settings: {}, ours: true };
  await inspectTopics(kafka, [spec], { create: true, replicationFactor: 1, log: silent });
  let refusals = 3;
  await relayBroker(brokers[0] ?? "", (apiKey, answer) => {
    const at = answer.indexOf(topic);
    if (apiKey !== FETCH || at < 0 || refusals === 0) return answer;
    refusals--;
    // Behind the topic's name: how many partitions (4 bytes), the partition (4), its error.
    answer.writeInt16BE(NOT_LEADER_FOR_PARTITION, at + topic.length + 8);
    return answer;
  });
  const reader = await readTopic(kafka, { topic, log: silent, onRecord: () => {} });
  expect(refusals).toBe(0);
  expect(reader.next()).toBe(0n);
  await reader.stop();
});
