import type { Base } from "#cli/stack/base.ts";
import { endProgram } from "#cli/stack/end-program.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { createMeasures } from "#ingest/measures.ts";
import { type Ingest, startIngest } from "#ingest/start.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";

/** The group that all ingesters of a deployment share; Kafka gives each its partitions. */
export const INGEST_GROUP_ID = "spendtrail-ingest";

/** The ingester on a base; closes with it. When its consumer cannot go on, the program ends for its supervisor. */
export async function runIngest(base: Base): Promise<Ingest> {
  const { config, log } = base;
  const clickhouse = connectClickHouse(config.clickhouse.ingest);
  base.shutdown.onClose("clickhouse of ingest", () => clickhouse.close());
  const ingest = await startIngest({
    kafka: config.kafka,
    groupId: INGEST_GROUP_ID,
    sessionTimeoutMs: config.ingest.groupSessionMs,
    topics: config.topics,
    producer: base.producer,
    clickhouse,
    settings: base.settings,
    adapters: ADAPTERS,
    personSalt: config.personSalt,
    limits: config.ingest,
    guards: config.ingest,
    measures: createMeasures(base.metrics),
    log,
    clock: () => new Date(),
    crashed: endProgram(base, "the ingester cannot go on"),
  });
  base.shutdown.onClose("ingest", () => ingest.close());
  return ingest;
}
