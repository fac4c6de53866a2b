import { createClient } from "@clickhouse/client";
import { Kafka, logLevel } from "kafkajs";
import { z } from "zod";

/**
 * The baseline arm of `npm run bench ingest`, as a program of its own: what most teams would write. kafkajs
 * eachBatch, one zod schema, @clickhouse/client with JSONEachRow, one insert per fetched batch. No rating, no
 * hashes, no exactly-once, no rejects: it is the floor of the usual parts, not a rival product.
 *
 * Arguments: brokers, topic, ClickHouse URL, database. Ends when it has passed the topic's end as of its start.
 */
const [brokers = "", topic = "", url = "", database = ""] = process.argv.slice(2);

const Usage = z.looseObject({
  id: z.string(),
  litellm_call_id: z.string().nullish(),
  session_id: z.string().nullish(),
  status: z.string(),
  model: z.string(),
  custom_llm_provider: z.string().nullish(),
  startTime: z.number(),
  endTime: z.number(),
  prompt_tokens: z.number().int().nonnegative(),
  completion_tokens: z.number().int().nonnegative(),
  response_cost: z.number().nullish(),
  metadata: z.looseObject({
    user_api_key_team_id: z.string().nullish(),
    user_api_key_user_id: z.string().nullish(),
    user_api_key_hash: z.string().nullish(),
  }),
});

const kafka = new Kafka({ brokers: brokers.split(","), clientId: "baseline", logLevel: logLevel.NOTHING });
const clickhouse = createClient({
  url,
  database,
  username: "bench",
  password: process.env["BENCH_PASSWORD"] ?? "",
  clickhouse_settings: { async_insert: 0, wait_for_async_insert: 1 },
});

const admin = kafka.admin();
await admin.connect();
const ends = new Map((await admin.fetchTopicOffsets(topic)).map((at) => [at.partition, BigInt(at.high)]));
await admin.disconnect();

const consumer = kafka.consumer({ groupId: `baseline-${topic}`, maxBytesPerPartition: 4 << 20 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
const done = Promise.withResolvers<void>();
const open = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition));
if (open.size === 0) done.resolve();

await consumer.run({
  autoCommit: true,
  partitionsConsumedConcurrently: ends.size,
  eachBatch: async ({ batch }) => {
    const values = batch.messages.flatMap((message) => rowOf(message.value));
    if (values.length > 0)
      await clickhouse.insert({ table: "baseline_events", values, format: "JSONEachRow" });
    if (BigInt(batch.lastOffset()) + 1n >= (ends.get(batch.partition) ?? 0n)) open.delete(batch.partition);
    if (open.size === 0) done.resolve();
  },
});
await done.promise;
await consumer.disconnect();
await clickhouse.close();

function rowOf(value: Buffer | null): object[] {
  let json: unknown;
  try {
    json = JSON.parse(value?.toString() ?? "");
  } catch {
    return [];
  }
  const usage = Usage.safeParse(json);
  if (!usage.success) return [];
  const { metadata, ...event } = usage.data;
  return [
    {
      event_id: event.litellm_call_id ?? event.id,
      event_time: Math.floor(event.startTime * 1000),
      session_id: event.session_id ?? "",
      team: metadata.user_api_key_team_id ?? "",
      user: metadata.user_api_key_user_id ?? "",
      api_key: metadata.user_api_key_hash ?? "",
      model: event.model,
      provider: event.custom_llm_provider ?? "",
      status: event.status,
      input_tokens: event.prompt_tokens,
      output_tokens: event.completion_tokens,
      cost: event.response_cost ?? 0,
    },
  ];
}
