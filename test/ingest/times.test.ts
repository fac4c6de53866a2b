import kafkajs from "kafkajs";
import { expect, test } from "vitest";
import { z } from "zod";
import { ADAPTERS } from "#gateways/registry.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

test("a gateway's own topic that keeps the sender's time, and a record that has none", async () => {
  const ground = await makeGround();
  const topics = { canonical: `${ground.database}.canonical`, kong: `${ground.database}.kong` };
  const kafka = createKafka(ground.kafka, silent);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: Object.values(topics).map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1 })),
  });
  await admin.disconnect();
  await ground.setSources([
    { name: "ours", gateway: "canonical", topic: topics.canonical },
    { name: "kong", gateway: "kong", topic: topics.kong },
  ]);
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const send = (topic: string, value: string) =>
    producer.send({ topic, messages: [{ value, timestamp: "-1" }] });
  await send(topics.canonical, canonicalEvent("timeless"));
  await send(topics.kong, JSON.stringify({ request: { id: "r1" }, ai: { proxy: { meta: {}, usage: {} } } }));
  await producer.disconnect();
  const ingest = await ingestOn(ground, { adapters: ADAPTERS });
  const read = (sql: string) =>
    ground.clickhouse.query({ name: "times", sql, row: z.record(z.string(), z.unknown()) });
  const records = () =>
    read(
      "SELECT source, toString(outcome) AS outcome, toString(reject_reason) AS reason FROM records_v1 ORDER BY source",
    );
  await expect.poll(records, { timeout: 20_000 }).toEqual([
    { source: "kong", outcome: "rejected", reason: "bad_time" },
    { source: "ours", outcome: "accepted", reason: "" },
  ]);
  // Its own time stands, and so does the price of that day.
  expect(
    await read("SELECT toString(event_time) AS at, time_suspect, toString(cost_usd) AS cost FROM events_v1"),
  ).toEqual([{ at: "2026-11-20 10:00:00.000", time_suspect: false, cost: "0.0075" }]);
  await ingest.close();
  await ground.close();
}, 60_000);
