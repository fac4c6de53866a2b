import type { Base } from "#cli/stack/base.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { serveRequests } from "#ingest/runs/requested-runs.ts";
import type { Job } from "#jobs/job.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** A round without anything to do looks at the settings in memory and no further. */
const EVERY_MS = 1000;

/** Runs that were asked for over HTTP: proposed, and carried out once they are approved. */
export function runsJob({ config, producer, settings, log }: Base, clickhouse: ClickHouse): Job {
  const { topics, personSalt } = config;
  const clock = () => new Date();
  const onProgress = (records: number) => log.debug({ records }, "records of a run looked at");
  const deps = { clickhouse, adapters: ADAPTERS, personSalt, recordsTopic: topics.records, onProgress };
  return {
    name: "runs",
    everyMs: EVERY_MS,
    run: (signal) => serveRequests({ producer, settings, topics, clock }, deps, signal),
  };
}
