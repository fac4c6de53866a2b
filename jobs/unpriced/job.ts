import { type AlertFinding, alertChanges } from "#core/alert.ts";
import { defaultReceivers } from "#core/settings/receiver.ts";
import { isOfTheBook } from "#core/unpriced-notes.ts";
import { readAlerts } from "#jobs/alerts/read-alerts.ts";
import { writeAlerts } from "#jobs/alerts/write-alerts.ts";
import type { Job } from "#jobs/job.ts";
import type { UnpricedGroup } from "#jobs/unpriced/count-unpriced.ts";
import type { UnpricedMeasures } from "#jobs/unpriced/measures.ts";
import { watchUnpriced } from "#jobs/unpriced/watch-unpriced.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Log } from "#runtime/log.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface UnpricedDeps {
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  /** Who hears of it. */
  readonly settings: Pick<SettingsLog, "state">;
  readonly measures: UnpricedMeasures;
  /** Called when alerts were written, so that their receivers hear at once. */
  readonly alerted?: () => void;
  readonly log: Log;
  readonly clock: () => Date;
}

/** A model without a price is on record within a minute, also when a round takes long or fails once. */
const EVERY_MS = 15_000;
/** Written in one round: a client that makes up names must not make a round without end. The rest comes next. */
const ALERTS_MAX = 1000;
const KIND = "unpriced_model";

/**
 * Says which models have no price: by metrics, by one line of log when one is new, and as alerts, which are resolved once
 * nothing unpriced of the model is left.
 */
export function unpricedJob(deps: UnpricedDeps): Job {
  const watch = watchUnpriced(deps.clickhouse);
  return {
    name: "unpriced",
    everyMs: EVERY_MS,
    run: async (signal) => {
      const { clickhouse, measures, settings, log, clock } = deps;
      const groups = await watch.look(signal);
      const ofTheBook = groups.filter(({ note }) => isOfTheBook(note));
      measures.unpriced(groups, ofTheBook);
      const listed = await readAlerts(clickhouse, KIND, signal);
      const receivers = defaultReceivers(settings.state().receivers.values());
      const found = findings(ofTheBook).map((finding) => ({ ...finding, receivers }));
      const changes = alertChanges(KIND, listed, found, clock().toISOString());
      const written = changes.slice(0, ALERTS_MAX);
      signal.throwIfAborted();
      await writeAlerts(clickhouse, written);
      if (written.length > 0) deps.alerted?.();
      // After they are on record, so that the next round and the next leader do not say it again.
      for (const { id, state, revision, labels, details } of written)
        if (state === "firing" && revision === 1)
          log.warn({ alert: id, ...labels, ...details }, "calls of a model have no price");
    },
  };
}

/** One finding a model and platform; why and whose is worth knowing. */
export function findings(groups: readonly UnpricedGroup[]): readonly AlertFinding[] {
  const bySubject = Map.groupBy(groups, ({ platform, model }) => JSON.stringify([platform, model]));
  return [...bySubject.values()].map((some) => {
    const { platform = "", model = "" } = some[0] ?? {};
    return {
      labels: { platform, model },
      details: { notes: distinct(some, "note"), sources: distinct(some, "source") },
      firstSeen: some.reduce(
        (first, { first_seen: at }) => (at < first ? at : first),
        some[0]?.first_seen ?? "",
      ),
      lastSeen: some.reduce((last, { last_seen: at }) => (at > last ? at : last), ""),
    };
  });
}

function distinct(groups: readonly UnpricedGroup[], name: "note" | "source"): string {
  return [...new Set(groups.map((group) => group[name]))].sort().join(", ");
}
