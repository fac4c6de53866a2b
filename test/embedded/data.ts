import { z } from "zod";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

interface Where {
  readonly brokers: string[];
  readonly clickHouseUrl: string;
}

const TOPIC = "kept";
const silent = createLog("test", "silent");
const kafkaOf = ({ brokers }: Where) => ({ brokers, clientId: "test" });

/** Writes one record to Kafka and one row to ClickHouse. */
export async function keep(where: Where, text: string): Promise<void> {
  const kafka = kafkaOf(where);
  const spec = { topic: TOPIC, partitions: 1, settings: {}, ours: true };
  await inspectTopics(kafka, [spec], { create: true, replicationFactor: 1, log: silent });
  const producer = await createProducer(kafka, silent);
  await producer.send(TOPIC, [{ key: null, value: Buffer.from(text), headers: {} }]);
  await producer.close();
  const admin = connect(where, "default");
  await admin.command("CREATE DATABASE IF NOT EXISTS kept ENGINE = Atomic");
  await admin.command(
    "CREATE TABLE IF NOT EXISTS kept.rows (text String) ENGINE = MergeTree ORDER BY tuple()",
  );
  await admin.close();
  const rows = connect(where, "kept");
  await rows.insert({ table: "rows", columns: ["text"], rows: [{ text }], token: text });
  await rows.close();
}

/** What is there of it. */
export async function kept(where: Where): Promise<{ record: string | undefined; row: string | undefined }> {
  const records: string[] = [];
  const reader = await readTopic(kafkaOf(where), {
    topic: TOPIC,
    onRecord: ({ value }) => {
      records.push(String(value));
    },
    log: silent,
  });
  await reader.stop();
  const rows = connect(where, "kept");
  const found = await rows.query({
    name: "kept",
    sql: "SELECT text FROM rows",
    row: z.object({ text: z.string() }),
  });
  await rows.close();
  return { record: records.join(), row: found.map(({ text }) => text).join() };
}

function connect({ clickHouseUrl }: Where, database: string) {
  return connectClickHouse({
    url: clickHouseUrl,
    user: "admin",
    password: TEST_PASSWORD,
    database,
    requestTimeoutMs: 20_000,
  });
}
