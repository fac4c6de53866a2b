import { type Alert, type AlertFinding, type AlertKind, alertChanges } from "#core/alert.ts";
import { defaultReceivers } from "#core/settings/receiver.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { NO_SIGHTINGS, steadyFindings } from "#core/steady-findings.ts";
import { readAlerts } from "#jobs/alerts/read-alerts.ts";
import { writeAlerts } from "#jobs/alerts/write-alerts.ts";
import type { Job } from "#jobs/job.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Log } from "#runtime/log.ts";

export interface SystemAlertDeps {
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly settings: { state(): Pick<SettingsState, "receivers"> };
  /** Says how many of a kind fire. */
  readonly firing: (kind: AlertKind, alerts: number) => void;
  readonly log: Log;
  readonly clock: () => Date;
}

/** One kind of trouble that the system has with itself. */
export interface SystemAlert {
  readonly kind: AlertKind;
  readonly everyMs: number;
  /** How long it must last before it is told, and be gone before it is over. */
  readonly graceMs: number;
  /** What there is of it now. @param listed the newest episodes on record */
  readonly find: (signal: AbortSignal, listed: readonly Alert[]) => Promise<readonly AlertFinding[]>;
  /** The line of warning when one fires. */
  readonly said: string;
}

/** Written in one round; the rest comes next. */
const ALERTS_MAX = 1000;

/** Keeps the alerts of a kind as they are found, each told to the default receivers once when it fires. */
export function systemAlertJob(deps: SystemAlertDeps, { kind, everyMs, ...alert }: SystemAlert): Job {
  let sightings = NO_SIGHTINGS;
  return {
    name: `alert_${kind}`,
    everyMs,
    run: async (signal) => {
      const { clickhouse, settings, firing, log, clock } = deps;
      const listed = await readAlerts(clickhouse, kind, signal);
      const found = await alert.find(signal, listed);
      const now = clock();
      const look = { found, listed, nowMs: now.getTime(), graceMs: alert.graceMs };
      const steady = steadyFindings(kind, sightings, look);
      const receivers = defaultReceivers(settings.state().receivers.values());
      const told = steady.findings.map((finding) => ({ ...finding, receivers }));
      const changes = alertChanges(kind, listed, told, now.toISOString()).slice(0, ALERTS_MAX);
      signal.throwIfAborted();
      await writeAlerts(clickhouse, changes);
      // After it is on record: a round that fails is done again with what was known before it.
      sightings = steady.sightings;
      firing(kind, steady.findings.length);
      for (const { id, state, revision, labels, details } of changes)
        if (state === "firing" && revision === 1) log.warn({ alert: id, ...labels, ...details }, alert.said);
    },
  };
}
