import { tellingOf } from "#cli/alerts/telling.ts";
import type { Base } from "#cli/stack/base.ts";
import { type DeliveriesJob, deliveriesJob } from "#jobs/deliveries/job.ts";
import { deliveryMeasures } from "#jobs/deliveries/measures.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Tells receivers of alerts. Jobs that write alerts call its `wake` afterwards. */
export function deliveryJob(
  { config, settings, producer, metrics, log }: Base,
  clickhouse: ClickHouse,
): DeliveriesJob {
  return deliveriesJob({
    ...{ clickhouse, settings, log },
    telling: tellingOf(config),
    recordAct: createRecordAct(producer, config.topics.acts),
    measures: deliveryMeasures(metrics),
    clock: () => new Date(),
    chance: Math.random,
  });
}
