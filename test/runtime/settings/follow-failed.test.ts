import { expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { silent } from "#test/support/pipeline.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

test("a settings topic that is made anew under a running program ends its following, out loud", async () => {
  const { brokers } = await sharedServers();
  const kafka = { brokers, clientId: "test" };
  const topic = uniqueName("settings");
  const admin = createKafka(kafka, silent).admin();
  const producer = await createProducer(kafka, silent);
  await admin.connect();
  const make = () => admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
  await make();
  await producer.send(topic, [{ key: null, value: Buffer.from("no change"), partition: 0 }]);
  const failures: unknown[] = [];
  const settings = await followSettings({
    kafka,
    topic,
    log: silent,
    onFailed: (error) => failures.push(error),
  });
  expect(settings.state().offset).toBe(0n);
  await admin.deleteTopics({ topics: [topic] });
  await expect
    .poll(() => admin.listTopics().then((names) => names.includes(topic)), { timeout: 10_000 })
    .toBe(false);
  await make();
  await expect.poll(() => failures.length, { timeout: 20_000 }).toBe(1);
  await settings.stop();
  await producer.close();
  await admin.disconnect();
}, 60_000);
