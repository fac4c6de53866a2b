import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ADAPTERS } from "#gateways/registry.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { makeSpan, protoOf, tracesOf } from "#test/collector/otlp-support.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround();
});
afterAll(() => ground.close());

const Stored = z.object({ place: z.string(), outcome: z.string(), events: z.coerce.number() });

test("a topic of the OpenTelemetry Collector is read like any gateway's own, and once", async () => {
  const topic = `${ground.database}.otlp_spans`;
  const spec = { topic, partitions: 1, settings: { "message.timestamp.type": "LogAppendTime" }, ours: false };
  await inspectTopics(ground.kafka, [spec], { create: true, replicationFactor: 1, log: silent });
  await ground.setSources([{ name: "fleet", gateway: "openinference", topic, encoding: "otlp_proto" }]);
  const message = protoOf(tracesOf(makeSpan(), makeSpan()));
  const values = [message, message.subarray(0, -3), message]; // the third are the same calls again
  await ground.producer.send(
    topic,
    values.map((value) => ({ key: null, value, headers: {} })),
  );
  const stored = () =>
    ground.clickhouse.query({
      name: "otlp-stored",
      sql: `SELECT concat(toString(offset), '/', toString(element)) AS place, outcome, length(event_ids) AS events
            FROM records_v1 ORDER BY offset, element`,
      row: Stored,
    });
  const first = await ingestOn(ground, { adapters: ADAPTERS });
  await expect.poll(async () => (await stored()).length, { timeout: 30_000 }).toBe(5);
  await first.close();
  expect((await stored()).map(({ place, outcome, events }) => `${place} ${outcome} ${events}`)).toEqual([
    "0/0 accepted 1",
    "0/1 accepted 1",
    "1/0 rejected 0",
    "2/0 accepted 1",
    "2/1 accepted 1",
  ]);
  const [row] = await ground.clickhouse.query({
    name: "otlp-calls",
    sql: "SELECT sum(sign) AS calls, sum(sign * input_tokens) AS tokens FROM events_v1 FINAL",
    row: z.object({ calls: z.coerce.number(), tokens: z.coerce.number() }),
  });
  expect(row).toEqual({ calls: 2, tokens: 2400 });
});
