import { randomUUID } from "node:crypto";
import type { CollectorBase } from "#cli/stack/collector-base.ts";
import { listening } from "#cli/stack/listening.ts";
import { makeSender } from "#collector/spool/make-sender.ts";
import { startCollector } from "#collector/start.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { createKafkaProbe } from "#runtime/kafka/probe.ts";

/** The door as a person who finds its port taken knows it. */
export const GRPC_DOOR = "OTLP over gRPC (SPENDTRAIL_OTLP_GRPC_PORT)";

export interface CollectorUrls {
  readonly url: string;
  /** null: that door is off. */
  readonly grpcUrl: string | null;
}

/** The collector with its doors on a base; closes with it. */
export async function runCollector(base: CollectorBase): Promise<CollectorUrls> {
  const { config, settings, log } = base;
  const probe = createKafkaProbe(config.kafka, log);
  base.shutdown.onClose("kafka probe", () => probe.close());
  const sender = makeSender({
    ...config.collector.spool,
    topic: config.topics.records,
    producer: base.producer,
    log,
    metrics: base.metrics,
  });
  base.shutdown.onClose("spool", () => sender.close());
  const collector = await listening("the collector (SPENDTRAIL_COLLECTOR_PORT)", config.collector, () =>
    startCollector(
      {
        sender,
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
  const { host, grpcPort: port } = config.collector;
  if (port === null) return { url: collector.url, grpcUrl: null };
  const address = { host, port };
  const grpcUrl = await listening(GRPC_DOOR, address, () => collector.openGrpc(address));
  return { url: collector.url, grpcUrl };
}
