import { openDestinations } from "#cli/export/destinations/open-destinations.ts";
import type { Base } from "#cli/stack/base.ts";
import { exportsJob } from "#jobs/exports/exports-job.ts";
import { exportMeasures } from "#jobs/exports/measures.ts";
import type { Job } from "#jobs/job.ts";
import { createScheduledExports } from "#query-api/exports/schedule/make-scheduled.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";

/**
 * Scheduled exports. They read as the API's own users do, so that the scope of an owner is enforced by the same grants
 * and views; without destinations nothing is read, and a schedule fails for it.
 */
export function exportJobs(base: Base, clickhouse: ClickHouse, alerted: () => void): readonly Job[] {
  const { config, settings, log, metrics, producer, shutdown } = base;
  const clickhouseTeam = connectClickHouse(config.clickhouse.apiTeam);
  const clickhouseAll = connectClickHouse(config.clickhouse.apiAll);
  shutdown.onClose("clickhouse of exports", async () => {
    await Promise.all([clickhouseTeam.close(), clickhouseAll.close()]);
  });
  const clock = () => new Date();
  return [
    exportsJob({
      ...{ clickhouse, settings, log, clock, alerted },
      destinations: openDestinations(config.exportDestinations, process.env, clock),
      plan: createScheduledExports({ clickhouseTeam, clickhouseAll, settings, clock }),
      recordAct: createRecordAct(producer, config.topics.acts),
      measures: exportMeasures(metrics),
    }),
  ];
}
