import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { emptyFolder } from "#test/collector/spool/folder-of.ts";
import { bearer, makeCollector, type TestCollector, textOf } from "#test/collector/support.ts";

const DOOR = "/v1/gateways/litellm";
const SEGMENT = /\.segment$/;

async function ownBroker() {
  const dir = join(emptyFolder(), "kafka");
  let broker: EmbeddedKafka = await startKafka({ dir });
  onTestFinished(() => broker.stop());
  const port = Number(broker.brokers[0]?.split(":")[1]);
  return {
    brokers: broker.brokers,
    stop: () => broker.stop(),
    start: async () => {
      broker = await startKafka({ dir, port });
    },
  };
}

const send = async (collector: TestCollector, n: number) => {
  const { litellm } = collector.tokens;
  return (await collector.post(DOOR, JSON.stringify({ id: `call-${n}`, n }), bearer(litellm))).status;
};
const metric = async (collector: TestCollector, name: string) => {
  const text = await (await fetch(`${collector.url}/metrics`)).text();
  return Number(new RegExp(`^spendtrail_${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
};
const numbers = async (collector: TestCollector) =>
  (await collector.records()).map((record) => (JSON.parse(textOf(record)) as { n: number }).n);

test("while Kafka is away records are taken, and are in Kafka in their order once it is back", {
  timeout: 120_000,
}, async () => {
  const kafka = await ownBroker();
  const dir = emptyFolder();
  const collector = await makeCollector({ brokers: kafka.brokers, spool: { dir } });
  expect(await send(collector, 0)).toBe(202);
  expect(readdirSync(dir).filter((name) => SEGMENT.test(name))).toEqual([]);

  await kafka.stop();
  const startedMs = performance.now();
  for (let n = 1; n <= 40; n += 1) expect(await send(collector, n)).toBe(202);
  // The first waits for Kafka, the others know.
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  const ready = await fetch(`${collector.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: "ready", kafka: false, spool: true, settings: true },
  ]);
  expect(await metric(collector, "collector_spooled_records_total")).toBe(40);
  expect(await metric(collector, "collector_spool_bytes")).toBeGreaterThan(40 * 50);

  await kafka.start();
  await expect.poll(() => metric(collector, "collector_spool_bytes"), { timeout: 60_000 }).toBe(0);
  expect(await send(collector, 41)).toBe(202);
  const there = await numbers(collector);
  // The first one may have reached Kafka by both ways, under one record id and one number.
  expect([...new Set(there)]).toEqual(Array.from({ length: 42 }, (_, n) => n));
  const given = (await collector.records()).map(({ headers }) => headers.get("spendtrail-seq"));
  expect([...new Set(given)]).toEqual(Array.from({ length: 42 }, (_, n) => String(n + 1)));
  expect(there.length).toBeLessThanOrEqual(43);
  expect(await metric(collector, "collector_replayed_records_total")).toBe(40);
  expect(readdirSync(dir).filter((name) => SEGMENT.test(name))).toEqual([]);
});

test("a full spool is 503 with Retry-After, and what was taken before it is not lost", {
  timeout: 120_000,
}, async () => {
  const kafka = await ownBroker();
  const collector = await makeCollector({
    brokers: kafka.brokers,
    spool: { dir: emptyFolder(), bytesMax: 4_000 },
  });
  await kafka.stop();
  const statuses: number[] = [];
  for (let n = 0; n < 30; n += 1) statuses.push(await send(collector, n));
  const taken = statuses.filter((status) => status === 202).length;
  expect(taken).toBeGreaterThan(5);
  expect(statuses).toEqual([...Array(taken).fill(202), ...Array(30 - taken).fill(503)]);
  const refused = await collector.post(DOOR, '{"id":"more"}', bearer(collector.tokens.litellm));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({ code: "SPOOL_FULL" });
  expect((await fetch(`${collector.url}/health/ready`)).status).toBe(503);

  await kafka.start();
  await expect.poll(() => metric(collector, "collector_spool_bytes"), { timeout: 60_000 }).toBe(0);
  const there = new Set(await numbers(collector));
  for (let n = 0; n < taken; n += 1) expect(there).toContain(n);
});
