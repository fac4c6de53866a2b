import { openStore } from "#cli/backup/open-store.ts";
import type { Base } from "#cli/stack/base.ts";
import { backupJob } from "#jobs/backup/backup-job.ts";
import type { Job } from "#jobs/job.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";

/** The back-up where one is configured. It reads everything, so it connects as the admin. */
export function backupJobs({ config, log, shutdown }: Base): readonly Job[] {
  if (config.backupTo === null) return [];
  const store = openStore(config.backupTo, "SPENDTRAIL_BACKUP_TO", process.env);
  const { admin, database } = config.clickhouse;
  const clickhouse = connectClickHouse({ ...admin, database });
  shutdown.onClose("clickhouse of the back-up", () => clickhouse.close());
  const { kafka, topics } = config;
  return [backupJob({ clickhouse, kafka, topics, store, log, clock: () => new Date() })];
}
