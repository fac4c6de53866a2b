import { randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { createKafka } from "#runtime/kafka/client.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { BAD_RECORDS, type BadRecord, CANARIES } from "#test/ingest/bad-record-cases.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

const Stored = z.object({
  offset: z.coerce.number(),
  element: z.coerce.number(),
  outcome: z.string(),
  reason: z.string(),
  stored: z.string(),
});
type Stored = z.infer<typeof Stored>;

let ground: Ground;
let stored: ReadonlyMap<number, readonly Stored[]>;
let rejects: readonly LogRecord[];
const offsets = new Map<string, number>();
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  await sendAll();
  const ingest = await ingestOn(ground);
  const elements = BAD_RECORDS.reduce((sum, { outcomes }) => sum + outcomes.length, 0) + 2;
  await vi.waitUntil(() => sums(ground).then((all) => all.record_rows >= elements), { timeout: 60_000 });
  await ingest.close();
  stored = await readStored();
  rejects = await readAll(ground.topics.rejects);
}, 120_000);
afterAll(() => ground.close());

const kafka = () => createKafka(ground.kafka, silent);

/** All cases in order, each in a batch of its own, and behind them transactions: one committed, one aborted. */
async function sendAll(): Promise<void> {
  const topic = ground.topics.records;
  const producer = kafka().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  for (const bad of BAD_RECORDS) {
    const [sent] = await producer.send({
      topic,
      compression: (bad.compression ?? 0) as kafkajs.CompressionTypes,
      messages: [{ key: bad.key ?? null, value: bad.value, partition: 0, headers: headersOf(bad) }],
    });
    offsets.set(bad.name, Number(sent?.baseOffset));
  }
  await producer.disconnect();
  const sender = kafka().producer({
    transactionalId: `${ground.database}-tx`,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await sender.connect();
  for (const ending of ["abort", "commit"] as const) {
    const transaction = await sender.transaction();
    const message = {
      value: canonicalEvent(`tx-${ending}`),
      partition: 0,
      headers: headersOf({ headers: {} }),
    };
    await transaction.send({ topic, messages: [message] });
    await transaction[ending]();
  }
  await sender.send({
    topic,
    messages: [{ value: canonicalEvent("the last"), partition: 0, headers: headersOf({ headers: {} }) }],
  });
  await sender.disconnect();
}

function headersOf({ headers }: Pick<BadRecord, "headers">): kafkajs.IHeaders {
  if (headers === null) return {};
  return {
    "spendtrail-source": "app",
    "spendtrail-gateway": "canonical",
    "spendtrail-record-id": randomUUID(),
    ...headers,
  };
}

async function readStored(): Promise<ReadonlyMap<number, readonly Stored[]>> {
  const rows = await ground.clickhouse.query({
    name: "stored",
    sql: "SELECT offset, element, toString(outcome) AS outcome, toString(reject_reason) AS reason, stored FROM records_v1 ORDER BY offset, element",
    row: Stored,
  });
  return Map.groupBy(rows, (row) => row.offset);
}

async function readAll(topic: string): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const reader = await readTopic(ground.kafka, {
    topic,
    log: silent,
    onRecord: (record) => void records.push(record),
  });
  await reader.stop();
  return records;
}

const rowsOf = ({ name }: BadRecord) => stored.get(offsets.get(name) ?? -1) ?? [];

describe("what a topic may hold", () => {
  test.each(BAD_RECORDS.map((bad) => [bad.name, bad] as const))("%s", async (_name, bad) => {
    const rows = rowsOf(bad);
    // Each element is there exactly once, with its outcome.
    expect(rows.map(({ outcome, reason }) => (outcome === "accepted" ? outcome : reason))).toEqual(
      bad.outcomes,
    );
    const mine = rejects.filter(
      ({ headers }) => headers.get("spendtrail-offset") === String(offsets.get(bad.name)),
    );
    expect(mine.map(({ headers }) => headers.get("spendtrail-reason"))).toEqual(
      bad.outcomes.filter((outcome) => outcome !== "accepted"),
    );
    for (const reject of mine) expect(reject.headers.get("spendtrail-detail")).not.toBe("");
    if (bad.row === undefined) return;
    const [row] = await ground.clickhouse.query({
      name: "row",
      sql: "SELECT source, agent FROM events_v1 FINAL WHERE offset = {offset:UInt64}",
      params: { offset: String(offsets.get(bad.name)) },
      row: z.record(z.string(), z.unknown()),
    });
    expect(row).toMatchObject(bad.row);
  });
});

test("a transaction that was aborted and the marks of transactions are no records; a committed one is", async () => {
  const all = [...stored.values()]
    .flat()
    .map(({ stored: text }) => text)
    .join("\n");
  expect(all).not.toContain("tx-abort");
  expect(all).toContain("tx-commit");
  expect(all).toContain("the last");
});

test("a credential in any of them is nowhere: not in a table, not on the rejects topic", async () => {
  const tables = ["records_v1", "events_v1", "people_v1", "settings_changes_v1", "batches_v1"];
  const dumps = await Promise.all(
    tables.map((table) =>
      ground.clickhouse.query({
        name: "dump",
        sql: `SELECT toString(tuple(*)) AS text FROM ${table}`,
        row: z.object({ text: z.string() }),
      }),
    ),
  );
  const everything = [
    ...dumps.flat().map(({ text }) => text),
    ...rejects.map(({ value, headers }) => `${value}${JSON.stringify([...headers])}`),
  ].join("\n");
  expect(everything).toContain("api_key");
  for (const canary of CANARIES) expect(everything).not.toContain(canary);
});
