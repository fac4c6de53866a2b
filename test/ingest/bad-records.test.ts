import { hash, randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { createKafka } from "#runtime/kafka/client.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { RECORD_MESSAGE_BYTES_MAX } from "#runtime/kafka/topic-specs.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { ACCEPTED_ROW, BAD_RECORDS, type BadRecord, CANARIES } from "#test/ingest/bad-record-cases.ts";
import { lz4AsItIs } from "#test/ingest/lz4-as-it-is.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

const Stored = z.object({
  offset: z.coerce.number(),
  element: z.coerce.number(),
  outcome: z.string(),
  reason: z.string(),
  stored: z.string(),
  received_sha256: z.string(),
});
type Stored = z.infer<typeof Stored>;

const EventRow = z.looseObject({ offset: z.coerce.number() });
type EventRow = z.infer<typeof EventRow>;

let ground: Ground;
let stored: ReadonlyMap<number, readonly Stored[]>;
let events: ReadonlyMap<number, readonly EventRow[]>;
let rejects: readonly LogRecord[];
const offsets = new Map<string, number>();
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  await sendAll();
  const ingest = await ingestOn(ground);
  await vi.waitUntil(() => sums(ground).then((all) => all.record_rows >= elementsDue()), { timeout: 60_000 });
  await ingest.close();
  [stored, events] = await Promise.all([readStored(), readEvents()]);
  rejects = await readAll(ground.topics.rejects);
}, 120_000);
afterAll(() => ground.close());

/** Of all cases, of the committed transaction, and the three behind it. */
const elementsDue = () => BAD_RECORDS.reduce((sum, { outcomes }) => sum + outcomes.length, 0) + 1 + 3;
const kafka = () => createKafka(ground.kafka, silent);

/** All cases in order, each in a batch of its own, and behind them transactions: one committed, one aborted. */
async function sendAll(): Promise<void> {
  const topic = ground.topics.records;
  const producer = kafka().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  // This program writes no lz4; the ingester's client puts the product's own codec back.
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = lz4AsItIs;
  for (const bad of BAD_RECORDS) {
    const [sent] = await producer.send({
      topic,
      compression: (bad.compression ?? 0) as kafkajs.CompressionTypes,
      messages: [
        {
          key: bad.key ?? null,
          value: bad.value,
          partition: 0,
          headers: headersOf(bad),
          ...(bad.timestamp !== undefined && { timestamp: bad.timestamp }),
        },
      ],
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
  const last = ["the last", "twice"].map((id) => canonicalEvent(id));
  const other = canonicalEvent("twice", { meters: { input_tokens: 9_000_000, output_tokens: 9_000_000 } });
  await sender.send({
    topic,
    messages: [...last, other].map((value) => ({ value, partition: 0, headers: headersOf({ headers: {} }) })),
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
    sql: "SELECT offset, element, toString(outcome) AS outcome, toString(reject_reason) AS reason, stored, received_sha256 FROM records_v1 ORDER BY offset, element",
    row: Stored,
  });
  return Map.groupBy(rows, (row) => row.offset);
}

/** Without FINAL, so that a row that was written twice shows. */
async function readEvents(): Promise<ReadonlyMap<number, readonly EventRow[]>> {
  const rows = await ground.clickhouse.query({
    name: "events",
    sql: `SELECT offset, element, source, team, model, session_id, agent, toString(event_time) AS event_time, time_suspect,
                 input_tokens, cache_read_tokens, output_tokens, toString(cost_usd) AS cost_usd, cost_status,
                 toString(gateway_cost) AS gateway_cost
          FROM events_v1 ORDER BY offset, element`,
    row: EventRow,
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

describe("what a topic may hold", () => {
  test.each(BAD_RECORDS.map((bad) => [bad.name, bad] as const))("%s", (_name, bad) => {
    const offset = offsets.get(bad.name) ?? -1;
    const rows = stored.get(offset) ?? [];
    // Each element is there exactly once, with its outcome.
    expect(rows.map(({ outcome, reason }) => (outcome === "accepted" ? outcome : reason))).toEqual(
      bad.outcomes,
    );
    const received = bad.received ?? bad.value ?? "";
    if (rows.length === 1) expect(rows[0]?.received_sha256).toBe(hash("sha256", received, "hex"));
    const accepted = bad.outcomes.filter((outcome) => outcome === "accepted");
    expect(events.get(offset) ?? []).toMatchObject(accepted.map(() => ({ ...ACCEPTED_ROW, ...bad.row })));
    const mine = rejects.filter(({ headers }) => headers.get("spendtrail-offset") === String(offset));
    expect(mine.map(({ headers }) => headers.get("spendtrail-reason"))).toEqual(
      bad.outcomes.filter((outcome) => outcome !== "accepted"),
    );
    for (const { headers, value } of mine) {
      expect(headers.get("spendtrail-detail")).not.toBe("");
      const row = rows.find(({ element }) => String(element) === headers.get("spendtrail-element"));
      expect(value?.toString()).toBe(row?.stored);
    }
  });
});

test("every offset but those of the transactions' marks and of what was aborted has its rows", () => {
  const last = Math.max(...stored.keys());
  const missing = Array.from({ length: last + 1 }, (_, at) => at).filter((at) => !stored.has(at));
  const afterCases = Math.max(...offsets.values()) + 1;
  // The aborted record and its mark; and the mark of the commit, which the broker may write behind all that follows.
  expect(missing.slice(0, 2)).toEqual([afterCases, afterCases + 1]);
  expect(missing.length).toBeLessThanOrEqual(3);
  expect([...stored.values()].flat()).toHaveLength(elementsDue());
});

test("a transaction that was aborted and the marks of transactions are no records; a committed one is", () => {
  const all = [...stored.values()]
    .flat()
    .map(({ stored: text }) => text)
    .join("\n");
  expect(all).not.toContain("tx-abort");
  expect(all).toContain("tx-commit");
  expect(all).toContain("the last");
});

test("the same id with other content: both records stand, the first one's event counts, once", async () => {
  const [both] = await ground.clickhouse.query({
    name: "twice",
    sql: `SELECT count() AS records, uniqExact(event_ids) AS ids,
                 (SELECT toString(sum(sign * cost_usd)) FROM events_v1 FINAL
                  WHERE event_id IN (SELECT arrayJoin(event_ids) FROM records_v1 WHERE stored LIKE '%"twice"%')) AS cost
          FROM records_v1 WHERE outcome = 'accepted' AND stored LIKE '%"twice"%'`,
    row: z.record(z.string(), z.coerce.string()),
  });
  expect(both).toEqual({ records: "2", ids: "1", cost: "0.0075" });
});

test("a record above the topic's limit is refused to who sends it, and says so", async () => {
  const before = (await sums(ground)).record_rows;
  const large = canonicalEvent("large", { agent: "x".repeat(RECORD_MESSAGE_BYTES_MAX) });
  await expect(ground.send("app", "canonical", [large])).rejects.toMatchObject({
    code: "KAFKA_RECORD_TOO_LARGE",
    message: expect.stringContaining(ground.topics.records),
  });
  expect((await sums(ground)).record_rows).toBe(before);
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
