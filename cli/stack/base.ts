import { endProgram } from "#cli/stack/end-program.ts";
import type { Config } from "#runtime/config/config.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics, requireTopics } from "#runtime/kafka/topics.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { createLog, type Log } from "#runtime/log.ts";
import { createMetrics, type Metrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";
import { createShutdown, type Shutdown } from "#runtime/shutdown.ts";

/** What every program stands on: a producer, the settings so far, a log, metrics and an orderly end. */
export interface Base {
  readonly config: Config;
  readonly producer: Producer;
  readonly settings: SettingsLog;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
}

/** SIGTERM drains within this; a supervisor's usual patience is 30 s. */
export const SHUTDOWN_MS = 30_000;

/**
 * Checks or makes our topics, connects the producer and reads the settings to their end.
 * @throws failure KAFKA_UNREACHABLE, TOPIC_WRONG
 */
export async function startBase(
  config: Config,
  name: string,
  options: { readonly createTopics: boolean; readonly shutdown?: Shutdown; readonly log?: Log },
): Promise<Base> {
  const log = options.log ?? createLog(name, config.logLevel);
  const shutdown = options.shutdown ?? createShutdown({ log, timeoutMs: SHUTDOWN_MS });
  const specs = ourTopics(config.topics, config.topicPartitions, config.replicationFactor);
  const look = { create: options.createTopics, replicationFactor: config.replicationFactor, log };
  requireTopics(await inspectTopics(config.kafka, specs, look));
  const settings = await followSettings({
    kafka: config.kafka,
    topic: config.topics.settings,
    log,
    onFailed: endProgram({ log, shutdown }, "the settings cannot be followed any more"),
  });
  shutdown.onClose("settings", () => settings.stop());
  const producer = await createProducer(config.kafka, log);
  shutdown.onClose("producer", () => producer.close());
  return { config, producer, settings, log, metrics: createMetrics(), shutdown };
}
