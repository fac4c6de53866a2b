import type { Base } from "#cli/stack/base.ts";
import { endProgram } from "#cli/stack/end-program.ts";
import { copyActs } from "#jobs/copy-acts.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";

/** What runs beside the ingester: the copy of the acts. Closes with the base. */
export async function runJobs(base: Base): Promise<void> {
  const { config, log } = base;
  const clickhouse = connectClickHouse(config.clickhouse.ingest);
  base.shutdown.onClose("clickhouse of jobs", () => clickhouse.close());
  const acts = await copyActs({
    kafka: config.kafka,
    topic: config.topics.acts,
    clickhouse,
    log,
    onFailed: endProgram(base, "the log of acts cannot be followed any more"),
  });
  base.shutdown.onClose("copy of acts", () => acts.stop());
}
