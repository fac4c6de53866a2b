import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import pino from "pino";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { makeSender } from "#collector/spool/make-sender.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { createMeasures } from "#ingest/measures.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { emptyFolder } from "#test/collector/spool/folder-of.ts";
import { FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";
import { collectorOn } from "#test/pipeline/collector-on.ts";
import { CANARY, planted } from "#test/pipeline/planted.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

/** Sources by one name a gateway, but those whose records are no JSON of a door. */
const GATEWAYS = [...ADAPTERS.keys()].filter((gateway) => gateway !== "profile");

test("no credential planted anywhere in any gateway's record is in Kafka, the spool, ClickHouse, logs or figures", {
  timeout: 120_000,
}, async () => {
  const ground = await makeGround({ prices: false });
  await ground.setSources(GATEWAYS.map((gateway) => ({ name: gateway, gateway })));
  const lines: string[] = [];
  const log = pino(
    { level: "trace" },
    new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const metrics = createMetrics({ defaults: false });
  const dir = emptyFolder();
  let isAway = true;
  const producer = {
    send: (topic: string, records: Parameters<typeof ground.producer.send>[1]) =>
      isAway ? Promise.reject(new Error("away")) : ground.producer.send(topic, records),
  };
  const sender = makeSender({
    dir,
    bytesMax: 1 << 28,
    topic: ground.topics.records,
    producer,
    log,
    metrics,
  });
  const collector = await collectorOn(ground, { sender, log, metrics }, GATEWAYS);
  onTestFinished(async () => {
    await collector.close();
    await sender.close();
    await ground.close();
  });

  const answers: string[] = [];
  let sent = 0;
  for (const name of FIXTURES.filter((one) => GATEWAYS.includes(gatewayOf(one)))) {
    for (const body of planted(fixture(name))) {
      const answer = await collector.post(gatewayOf(name), body);
      expect([name, answer.status]).toEqual([name, 202]);
      answers.push(await answer.text());
      sent += 1;
    }
  }
  expect(sent).toBeGreaterThan(GATEWAYS.length * 3);
  // Everything lies on the disk now, and nowhere else.
  const spooled = readdirSync(dir).map((file) => readFileSync(join(dir, file), "latin1"));
  expect(spooled.join("").length).toBeGreaterThan(sent * 100);
  expect(spooled.join("")).not.toContain(CANARY);

  isAway = false;
  const measures = createMeasures(metrics);
  const ingester = await ingestOn(ground, { adapters: ADAPTERS, log, measures });
  onTestFinished(() => ingester.close());
  await allStored(ground, sent);
  await expectNoCanary(ground, Object.values(ground.topics));
  for (const where of [lines.join(""), answers.join(""), (await metrics.render()).text])
    expect(where).not.toContain(CANARY);
  expect(lines.length).toBeGreaterThan(3);
});

test("nor is one in what we store of a topic that a gateway writes itself", {
  timeout: 120_000,
}, async () => {
  const ground = await makeGround({ prices: false });
  await ground.setSources(GATEWAYS.map((gateway) => ({ name: gateway, gateway })));
  const ingester = await ingestOn(ground, { adapters: ADAPTERS });
  onTestFinished(async () => {
    await ingester.close();
    await ground.close();
  });
  let sent = 0;
  for (const name of FIXTURES.filter((one) => GATEWAYS.includes(gatewayOf(one)))) {
    const bodies = planted(fixture(name));
    await ground.send(gatewayOf(name), gatewayOf(name), bodies);
    sent += bodies.length;
  }
  await allStored(ground, sent);
  const { records: _theirs, ...ours } = ground.topics;
  await expectNoCanary(ground, Object.values(ours));
});

async function allStored(ground: Ground, sent: number): Promise<void> {
  const sql = "SELECT count() AS n FROM records_v1";
  const row = z.object({ n: z.coerce.number() });
  const count = async () => (await ground.clickhouse.query({ name: "n", sql, row }))[0]?.n;
  await expect.poll(count, { timeout: 60_000, interval: 200 }).toBe(sent);
}

/** In no column of any table of ours, and in no key, header or value of these topics. */
async function expectNoCanary(ground: Ground, topics: readonly string[]): Promise<void> {
  const tables = await ground.clickhouse.query({
    name: "tables",
    sql: "SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%_v1'",
    row: z.object({ name: z.string() }),
  });
  expect(tables.length).toBeGreaterThan(5);
  for (const { name } of tables) {
    const rows = await ground.clickhouse.query({
      name: "dump",
      sql: `SELECT toString(tuple(*)) AS line FROM ${name}`,
      row: z.object({ line: z.string() }),
    });
    expect([name, rows.filter(({ line }) => line.includes(CANARY))]).toEqual([name, []]);
  }
  for (const topic of topics) {
    const seen: string[] = [];
    const reader = await readTopic(ground.kafka, {
      topic,
      log: silent,
      onRecord: ({ key, value, headers }) =>
        void seen.push(`${key}\n${value?.toString("latin1")}\n${[...headers].join()}`),
    });
    await reader.stop();
    expect([topic, seen.filter((text) => text.includes(CANARY))]).toEqual([topic, []]);
  }
}
