import { randomUUID } from "node:crypto";
import { ADAPTERS } from "#gateways/registry.ts";
import { createBatchBuilder } from "#ingest/batch-builder.ts";
import { DEFAULT_GUARDS } from "#ingest/guards.ts";
import { createHeldBytes } from "#ingest/held-bytes.ts";
import { runIngester } from "#ingest/ingester.ts";
import { createMeasures } from "#ingest/measures.ts";
import { PartitionWorker } from "#ingest/partition-worker.ts";
import { createTurns } from "#ingest/turns.ts";
import { type BatchWriter, writeBatch } from "#ingest/write-batch.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { joinGroup } from "#runtime/kafka/group-consumer.ts";
import { partitionKey } from "#runtime/kafka/group-terms.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { BENCH_TOPICS } from "#test/bench/ground.ts";

/**
 * Both arms of `npm run bench exactly-once`, as a program of its own. `exact` is the ingester as it is.
 * `at-least-once` is the same code with what makes it exactly-once taken out: no intent before the rows, a token
 * of chance in place of one that binds the batch, no batch row, no batch message; it commits after it has written.
 *
 * Arguments: the arm, brokers, ClickHouse URL, database, group. Runs until it is ended.
 */
const [arm = "", brokers = "", url = "", database = "", groupId = ""] = process.argv.slice(2);

const log = createLog("bench", "error");
const kafka = { brokers: brokers.split(","), clientId: "bench" };
const password = process.env["BENCH_PASSWORD"] ?? "";
const clickhouse = connectClickHouse({ url, user: "bench", password, database, requestTimeoutMs: 60_000 });
const producer = await createProducer(kafka, log);
const settings = await followSettings({ kafka, topic: BENCH_TOPICS.settings, log });
// The defaults of the settings.
const limits = { batchRowsMax: 20_000, batchBytesMax: 6 * 1024 * 1024, batchAgeMs: 750 };
const crashed = (error: Error) => {
  throw error;
};
const common = {
  adapters: ADAPTERS,
  personSalt: Buffer.from("a-salt-for-the-benchmark"),
  settings,
};

process.on("SIGTERM", () => process.exit(0));

if (arm === "exact") {
  await runIngester(
    {
      ...common,
      kafka,
      groupId,
      topics: BENCH_TOPICS,
      producer,
      clickhouse,
      limits,
      measures: createMeasures(createMetrics({ defaults: false })),
      log,
      clock: () => new Date(),
      crashed,
    },
    [BENCH_TOPICS.records],
  );
} else await atLeastOnce();

async function atLeastOnce(): Promise<void> {
  const build = createBatchBuilder({ ...common, recordsTopic: BENCH_TOPICS.records });
  const turns = createTurns(2);
  const memory = createHeldBytes(DEFAULT_GUARDS.heldBytesMax);
  const workers = new Map<string, PartitionWorker>();
  const writer: BatchWriter = {
    topics: BENCH_TOPICS,
    clickhouse: {
      query: clickhouse.query,
      insert: async (insert) => {
        if (insert.table !== "batches_v1") await clickhouse.insert({ ...insert, token: randomUUID() });
      },
    },
    producer: {
      send: async (topic, records) => (topic === BENCH_TOPICS.batches ? [] : producer.send(topic, records)),
    },
  };
  const consumer = await joinGroup(
    kafka,
    { groupId, topics: [BENCH_TOPICS.records], log },
    {
      assigned: async (term, starts) => {
        for (const { topic, partition, low } of starts) {
          const ports = {
            at: { topic, partition },
            commit: async (offset: bigint, metadata: string) => {
              if (metadata === "") await consumer.commit(term, { topic, partition, offset, metadata });
            },
            pause: () => consumer.pause(topic, partition),
            resume: () => consumer.resume(topic, partition),
            seek: (offset: bigint) => consumer.seek(topic, partition, offset),
            build,
            write: (
              ...batch: Parameters<typeof writeBatch> extends [unknown, ...infer Rest] ? Rest : never
            ) => writeBatch(writer, ...batch),
            isStoredAlready: async () => false,
            isGivenUp: () => false,
            turn: turns.take,
            beginAnew: () => {},
            mayBegin: async () => {},
            mayLookAgain: () => true,
            memory,
            nowMs: () => Date.now(),
            written: () => {},
            stopped: () => {},
          };
          const start = { next: low, intent: null, covered: [], done: null };
          workers.set(partitionKey(topic, partition), new PartitionWorker(ports, limits, start, log));
        }
        return new Map(starts.map(({ topic, partition, low }) => [partitionKey(topic, partition), low]));
      },
      fetched: (_term, fetched) => workers.get(partitionKey(fetched.topic, fetched.partition))?.take(fetched),
      crashed,
    },
  );
}
