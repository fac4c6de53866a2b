import { afterAll, beforeAll, expect, test } from "vitest";
import { examinePartition } from "#jobs/coverage/examine-partition.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import { committed } from "#test/ingest/committed.ts";
import { check } from "#test/jobs/coverage/coverage-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
let ingest: Awaited<ReturnType<typeof ingestOn>>;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  ingest = await ingestOn(ground);
});
afterAll(async () => {
  await ingest.close();
  await ground.close();
});

const headers = { "spendtrail-source": "app", "spendtrail-gateway": "canonical" };
const messages = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => ({ value: canonicalEvent(`${prefix}-${n}`), headers }));

test("markers of transactions and what was aborted are explained; offsets are all accounted for", async () => {
  const producer = createKafka(ground.kafka, silent).producer({
    transactionalId: `${ground.database}-tx`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const { records: topic } = ground.topics;
  const kept = await producer.transaction();
  await kept.send({ topic, messages: messages("kept", 4) });
  await kept.commit();
  const lost = await producer.transaction();
  await lost.send({ topic, messages: messages("lost", 3) });
  await lost.abort();
  const last = await producer.transaction();
  await last.send({ topic, messages: messages("last", 2) });
  await last.commit();
  await producer.disconnect();
  // 4 records and a marker, 3 aborted and a marker, 2 records and a marker.
  await expect
    .poll(async () => Number((await committed(ground)).offset), { timeout: 20_000 })
    .toBeGreaterThan(9);
  const { offsets, states } = await check(ground);
  expect(offsets).toEqual([]);
  expect(states).toMatchObject([{ records: 6n, accepted: 6n, control: 3n, aborted: 3n, through: 11n }]);
  // As of a look during which the ingester went on: what Kafka said of its end is older than the batches.
  const at = { topic, partition: 0 };
  const fetcher = createPartitionFetcher(ground.kafka, at, silent);
  const news = await examinePartition({
    ...{ at, clickhouse: ground.clickhouse, fetcher, low: 0n, high: 5n, lives: [], gaps: [] },
    ...{ isCompacting: false, isOurs: true, readsWholeLog: false, declared: [] },
  });
  await fetcher.close();
  expect(news.gaps).toEqual([]);
  // A second look finds nothing new, and counts nothing again.
  expect((await check(ground)).states).toEqual(states);
}, 60_000);
