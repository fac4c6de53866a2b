import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { bearer, makeCollector, type TestCollector, textOf } from "#test/collector/support.ts";

const DOOR = "/v1/gateways/litellm";

test("202 means that Kafka has it, and without Kafka there is no 202", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-ack-"));
  let broker: EmbeddedKafka = await startKafka({ dir: join(folder, "kafka") });
  onTestFinished(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });
  const collector = await makeCollector({ brokers: broker.brokers });
  const taken: string[] = [];
  expect(await sendOne(collector, "before", taken)).toBe(202);
  expect((await fetch(`${collector.url}/health/ready`)).status).toBe(200);

  await broker.stop();
  expect((await fetch(`${collector.url}/health/live`)).status).toBe(200);
  const ready = await fetch(`${collector.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: "not ready", kafka: false, spool: false, settings: true },
  ]);
  const refused = await collector.post(DOOR, '{"id":"away"}', bearer(collector.tokens.litellm));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({ code: "RECORDS_NOT_CONFIRMED" });

  const port = Number(broker.brokers[0]?.split(":")[1]);
  broker = await startKafka({ dir: join(folder, "kafka"), port });
  await expect.poll(() => sendOne(collector, "after", taken), { timeout: 60_000, interval: 500 }).toBe(202);
  await expect
    .poll(async () => (await fetch(`${collector.url}/health/ready`)).status, { timeout: 20_000 })
    .toBe(200);
  const records = await collector.records();
  // What nobody was told 202 for is taken back by the first record that is taken again.
  const after = records.find((record) => textOf(record) === taken[1]);
  const number = Number(after?.headers.get("spendtrail-seq"));
  expect(after?.headers.get("spendtrail-seq-void")).toBe(`2-${number - 1}`);
  const there = records.map(textOf);
  // What was refused may be there or not; what was taken is there.
  for (const body of taken) expect(there).toContain(body);
  expect(taken).toHaveLength(2);
});

async function sendOne(collector: TestCollector, id: string, taken: string[]): Promise<number> {
  const body = JSON.stringify({ id, n: taken.length });
  const { status } = await collector.post(DOOR, body, bearer(collector.tokens.litellm));
  if (status === 202) taken.push(body);
  return status;
}
