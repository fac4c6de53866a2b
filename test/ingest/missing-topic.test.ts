import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Ingest } from "#ingest/start.ts";
import { gatewayTopic } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
let ingest: Ingest | undefined;
beforeAll(async () => {
  ground = await makeGround();
});
afterAll(async () => {
  await ingest?.close();
  await ground.close();
});

const Row = z.object({ source: z.string(), events: z.coerce.number() });
const eventsBySource = async () => {
  const sql = "SELECT source, count() AS events FROM events_v1 GROUP BY source ORDER BY source";
  const rows = await ground.clickhouse.query({ name: "by_source", sql, row: Row });
  return Object.fromEntries(rows.map(({ source, events }) => [source, events]));
};

test("a source's topic that is not there stops nothing, and is read as soon as it is there", async () => {
  const topic = `${ground.database}.gateway`;
  await ground.setSources([
    { name: "posted", gateway: "canonical" },
    { name: "own-topic", gateway: "canonical", topic },
  ]);
  ingest = await ingestOn(ground, { missingLookMs: 200 });
  await ground.send("posted", "canonical", [canonicalEvent("one")]);
  await expect.poll(eventsBySource, { timeout: 20_000 }).toEqual({ posted: 1 });

  const made = { create: true, replicationFactor: 1, log: silent };
  await inspectTopics(ground.kafka, [gatewayTopic(topic, 1)], made);
  const record = { key: null, value: Buffer.from(canonicalEvent("two")), headers: {} };
  await ground.producer.send(topic, [record]);
  await expect.poll(eventsBySource, { timeout: 20_000 }).toEqual({ posted: 1, "own-topic": 1 });
});
