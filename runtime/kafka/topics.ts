import { setTimeout as pause } from "node:timers/promises";
import kafkajs from "kafkajs";
import { failure } from "#core/failure.ts";
import { createKafka, type KafkaClient } from "#runtime/kafka/client.ts";
import { kafkaFailure, protocolError } from "#runtime/kafka/faults.ts";
import type { TopicSpec } from "#runtime/kafka/topic-specs.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const LEADERS_BOUND_MS = 15_000;
const LEADERS_LOOK_MS = 50;
const { ConfigResourceTypes } = kafkajs;
type Admin = ReturnType<KafkaClient["admin"]>;

export interface TopicReport {
  readonly topic: string;
  readonly state: "created" | "fine" | "missing" | "wrong";
  readonly ours: boolean;
  readonly partitions: number;
  /** What is wrong, with the command that mends it. */
  readonly faults: readonly { readonly fault: string; readonly mend: string }[];
}

/**
 * Looks at topics, and makes the missing ones where `create` says so. Nothing that exists is changed: a setting of
 * somebody else's cluster is theirs to change, so each fault comes with the command to run.
 * @throws failure KAFKA_UNREACHABLE, KAFKA_LOGIN_REFUSED, KAFKA_NOT_ALLOWED
 */
export async function inspectTopics(
  config: KafkaConfig,
  specs: readonly TopicSpec[],
  options: { readonly create: boolean; readonly replicationFactor: number; readonly log: Log },
): Promise<readonly TopicReport[]> {
  const admin = createKafka(config, options.log).admin({ retry: { retries: 4 } });
  try {
    await admin.connect();
  } catch (error) {
    throw kafkaFailure(error, config);
  }
  try {
    const missing = await missingOf(admin, specs);
    if (options.create && missing.length > 0) await create(admin, missing, options.replicationFactor);
    const there = options.create ? specs : specs.filter((spec) => !missing.includes(spec));
    const reports = await Promise.all(
      there.map((spec) =>
        missing.includes(spec)
          ? onceKnown(() => inspect(admin, spec, config, true))
          : inspect(admin, spec, config, false),
      ),
    );
    const absent = specs
      .filter((spec) => !there.includes(spec))
      .map((spec) => missingReport(spec, config, options));
    return [...reports, ...absent];
  } catch (error) {
    throw kafkaFailure(error, config);
  } finally {
    await admin.disconnect();
  }
}

/** Refuses to go on with a topic of ours that is missing or set wrong. @throws failure TOPIC_WRONG */
export function requireTopics(reports: readonly TopicReport[]): void {
  const faults = reports.filter((report) => report.ours).flatMap((report) => report.faults);
  if (faults.length === 0) return;
  throw failure("TOPIC_WRONG", {
    faults: faults.map(({ fault, mend }) => `- ${fault}\n    ${mend}`).join("\n"),
  });
}

async function missingOf(admin: Admin, specs: readonly TopicSpec[]): Promise<TopicSpec[]> {
  const names = new Set(await admin.listTopics());
  return specs.filter((spec) => !names.has(spec.topic));
}

async function create(admin: Admin, specs: readonly TopicSpec[], replicationFactor: number): Promise<void> {
  const topics = specs.map((spec) => ({
    topic: spec.topic,
    numPartitions: spec.partitions,
    replicationFactor,
    configEntries: Object.entries(spec.settings).map(([name, value]) => ({ name, value })),
  }));
  try {
    // Its own wait for leaders gives up when the broker does not know a topic yet that it has just made.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    // Two programs that start at once both create; the second finds them there.
    if ((await missingOf(admin, specs)).length > 0) throw error;
  }
  await untilLed(admin, specs);
}

/** Until each partition has a leader, which a broker needs a moment for after it has acknowledged the topic. */
async function untilLed(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const deadline = AbortSignal.timeout(LEADERS_BOUND_MS);
  const names = specs.map((spec) => spec.topic);
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: names });
      if (
        topics.every(
          ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
        )
      )
        return;
    } catch (error) {
      if (deadline.aborted) throw error;
    }
    if (deadline.aborted) return;
    await pause(LEADERS_LOOK_MS);
  }
}

/** Of a cluster, a broker may be asked for a topic that another one has just made. */
async function onceKnown<Value>(look: () => Promise<Value>): Promise<Value> {
  const deadline = AbortSignal.timeout(LEADERS_BOUND_MS);
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (deadline.aborted || protocolError(error) !== "UNKNOWN_TOPIC_OR_PARTITION") throw error;
      await pause(LEADERS_LOOK_MS);
    }
  }
}

async function inspect(
  admin: Admin,
  spec: TopicSpec,
  config: KafkaConfig,
  created: boolean,
): Promise<TopicReport> {
  const [metadata, configs] = await Promise.all([
    admin.fetchTopicMetadata({ topics: [spec.topic] }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        { type: ConfigResourceTypes.TOPIC, name: spec.topic, configNames: Object.keys(spec.settings) },
      ],
    }),
  ]);
  const partitions = metadata.topics[0]?.partitions.length ?? 0;
  const found = new Map(
    configs.resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]),
  );
  const faults = Object.entries(spec.settings).flatMap(([name, wanted]) =>
    accepts(name, wanted, found.get(name) ?? "")
      ? []
      : [wrongSetting(spec, config, name, wanted, found.get(name) ?? "")],
  );
  if (spec.ours && spec.partitions === 1 && partitions !== 1) {
    faults.push({
      fault: `Topic ${spec.topic} has ${partitions} partitions, and its order is the order of all that is in it: it must have 1.`,
      mend: "Give a new topic name in the configuration, or delete the topic while it is empty; it is then made anew.",
    });
  }
  const state = created ? "created" : faults.length > 0 ? "wrong" : "fine";
  return { topic: spec.topic, ours: spec.ours, partitions, faults, state };
}

/** More is fine where a setting is a bound; the rest must be equal. */
function accepts(name: string, wanted: string, found: string): boolean {
  if (name === "retention.ms") return found === "-1" || (wanted !== "-1" && Number(found) >= Number(wanted));
  if (name === "max.message.bytes" || name === "min.insync.replicas") return Number(found) >= Number(wanted);
  return found === wanted;
}

function wrongSetting(spec: TopicSpec, config: KafkaConfig, name: string, wanted: string, found: string) {
  return {
    fault: `Topic ${spec.topic} has ${name}=${found}, and ${wanted} is needed.`,
    mend: `kafka-configs.sh --bootstrap-server ${config.brokers[0]} --alter --entity-type topics --entity-name ${spec.topic} --add-config ${name}=${wanted}`,
  };
}

function missingReport(
  spec: TopicSpec,
  config: KafkaConfig,
  options: { replicationFactor: number },
): TopicReport {
  const settings = Object.entries(spec.settings).map(([name, value]) => `--config ${name}=${value}`);
  const size = `--partitions ${spec.partitions} --replication-factor ${options.replicationFactor}`;
  const mend = `kafka-topics.sh --bootstrap-server ${config.brokers[0]} --create --topic ${spec.topic} ${size} ${settings.join(" ")}`;
  const faults = [{ fault: `Topic ${spec.topic} is not there.`, mend }];
  return { topic: spec.topic, state: "missing", ours: spec.ours, partitions: 0, faults };
}
