import type { SettingsState } from "#core/settings/state.ts";
import { ingestedTopics } from "#jobs/coverage/ingested-topics.ts";
import { createIngestStanding } from "#jobs/ingest-standing/ingest-standing.ts";
import type { Job } from "#jobs/job.ts";
import { findConflicts } from "#jobs/system-alerts/find-conflicts.ts";
import { findGaps } from "#jobs/system-alerts/find-gaps.ts";
import { findRejects } from "#jobs/system-alerts/find-rejects.ts";
import { createStaleFinder } from "#jobs/system-alerts/find-stale.ts";
import { type SystemAlert, systemAlertJob } from "#jobs/system-alerts/system-alert-job.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface SystemAlertsDeps {
  readonly kafka: KafkaConfig;
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly settings: { state(): Pick<SettingsState, "sources" | "gaps" | "receivers"> };
  readonly recordsTopic: string;
  readonly log: Log;
  readonly clock: () => Date;
}

const EVERY_MS = 15_000;
/** Longer than a restart of any program of ours, a rebalance, or a conflict's way from found to reversed. */
const GRACE_MS = 120_000;

/** What the system tells of itself: rejects, gaps, conflicts that stay, records that are not counted. A job a kind. */
export function systemAlerts(deps: SystemAlertsDeps, metrics: Metrics): readonly Job[] {
  const { clickhouse, settings, recordsTopic, clock } = deps;
  const alerts = metrics.gauge({
    name: "system_alerts_firing",
    help: "Alerts of the system about itself that fire; only at the leader.",
    labels: ["kind"],
  });
  const firing = (kind: string, count: number) => alerts.set({ kind }, count);
  const findStale = createStaleFinder(createIngestStanding(deps), clock);
  const topics = () => ingestedTopics(settings.state().sources.values(), recordsTopic);
  const kinds: readonly Pick<SystemAlert, "kind" | "find" | "said">[] = [
    {
      kind: "reject_share",
      find: (signal, listed) => findRejects(clickhouse, clock(), signal, listed),
      said: "too many records of a source are rejected",
    },
    {
      kind: "coverage_gap",
      find: () => findGaps(clickhouse, topics(), clock()),
      said: "records are missing, and nothing explains it",
    },
    {
      kind: "conflict",
      find: (signal) => findConflicts(clickhouse, signal),
      said: "conflicting copies of calls are not reversed",
    },
    { kind: "stale_ingest", find: findStale, said: "records lie in Kafka and are not counted" },
  ];
  return kinds.map((one) =>
    systemAlertJob({ ...deps, firing }, { ...one, everyMs: EVERY_MS, graceMs: GRACE_MS }),
  );
}
