import type { Base } from "#cli/stack/base.ts";
import { countedUntil } from "#jobs/budgets/counted-until.ts";
import { budgetsJob } from "#jobs/budgets/job.ts";
import { budgetMeasures } from "#jobs/budgets/measures.ts";
import { createIngestStanding } from "#jobs/ingest-standing/ingest-standing.ts";
import type { Job } from "#jobs/job.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { keysOnTopic } from "#runtime/kafka/keys-on-topic.ts";

/** The watch of the budgets. */
export function budgetJobs(
  { config, settings, producer, log, metrics }: Base,
  clickhouse: ClickHouse,
  alerted: () => void,
): readonly Job[] {
  const topic = config.topics.budgetState;
  const clock = () => new Date();
  const standing = createIngestStanding({
    ...{ kafka: config.kafka, recordsTopic: config.topics.records },
    ...{ clickhouse, settings, log, clock },
  });
  return [
    budgetsJob({
      ...{ clickhouse, settings, producer, topic, log, alerted },
      keysOnTopic: () => keysOnTopic(config.kafka, topic, log),
      countedUntil: countedUntil(standing.look, (error) =>
        log.warn({ err: error }, "how far records are counted is not known"),
      ),
      measures: budgetMeasures(metrics),
      clock,
    }),
  ];
}
