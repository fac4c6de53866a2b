import { randomUUID } from "node:crypto";
import type { Base } from "#cli/stack/base.ts";
import { listening } from "#cli/stack/listening.ts";
import { type Collector, startCollector } from "#collector/start.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { createKafkaProbe } from "#runtime/kafka/probe.ts";

/** The collector on a base; closes with it. */
export async function runCollector(base: Base): Promise<Collector> {
  const { config, settings, log } = base;
  const probe = createKafkaProbe(config.kafka, log);
  base.shutdown.onClose("kafka probe", () => probe.close());
  const collector = await listening("the collector (SPENDTRAIL_COLLECTOR_PORT)", config.collector, () =>
    startCollector(
      {
        producer: base.producer,
        settings,
        kafkaAnswers: () => probe.answers(),
        adapters: ADAPTERS,
        log,
        metrics: base.metrics,
        personSalt: config.personSalt,
        clock: () => new Date(),
        randomUuid: randomUUID,
      },
      { ...config.collector, topic: config.topics.records },
    ),
  );
  base.shutdown.onClose("collector", () => collector.close());
  return collector;
}
