import kafkajs from "kafkajs";
import { createKafka } from "#runtime/kafka/client.ts";
import { kafkaFailure, protocolError } from "#runtime/kafka/faults.ts";
import { onceLed } from "#runtime/kafka/once-led.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const { ConfigResourceTypes } = kafkajs;

export interface TopicStanding {
  readonly topic: string;
  /** Whether Kafka may take single records out of its middle. */
  readonly isCompacting: boolean;
  /** How long records stay; null: for ever, or not known. */
  readonly retentionMs: number | null;
  readonly partitions: readonly {
    readonly partition: number;
    /** The first offset that is there, and the one after the last. */
    readonly low: bigint;
    readonly high: bigint;
  }[];
}

/** Where topics begin and end now, and how they are kept; one that is not there, or that we may not see, is left out. */
export async function readStandings(
  config: KafkaConfig,
  topics: readonly string[],
  log: Log,
): Promise<readonly TopicStanding[]> {
  try {
    // With a new client each time: one that learned who leads keeps to it.
    return await onceLed(() => readOnce(config, topics, log));
  } catch (error) {
    throw kafkaFailure(error, config);
  }
}

async function readOnce(
  config: KafkaConfig,
  topics: readonly string[],
  log: Log,
): Promise<readonly TopicStanding[]> {
  const admin = createKafka(config, log).admin({ retry: { retries: 2 } });
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    const standings: TopicStanding[] = [];
    for (const topic of topics.filter((name) => there.has(name))) {
      const ranges = await admin.fetchTopicOffsets(topic);
      const kept = await readKept(admin, topic);
      const partitions = ranges
        .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
        .sort((a, b) => a.partition - b.partition);
      standings.push({ topic, ...kept, partitions });
    }
    return standings;
  } finally {
    await admin.disconnect();
  }
}

type Admin = ReturnType<ReturnType<typeof createKafka>["admin"]>;

async function readKept(
  admin: Admin,
  topic: string,
): Promise<Pick<TopicStanding, "isCompacting" | "retentionMs">> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: topic, configNames: ["cleanup.policy", "retention.ms"] },
      ],
    });
    const values = new Map(
      resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
    const retentionMs = Number(values.get("retention.ms") ?? -1);
    return {
      isCompacting: (values.get("cleanup.policy") ?? "").includes("compact"),
      retentionMs: retentionMs < 0 ? null : retentionMs,
    };
  } catch (error) {
    // Without the right to see how a topic is kept nothing is excused by it.
    if (protocolError(error)?.endsWith("AUTHORIZATION_FAILED"))
      return { isCompacting: false, retentionMs: null };
    throw error;
  }
}
