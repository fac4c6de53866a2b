import type { ConflictKind } from "#jobs/conflicts/kinds.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface ConflictMeasures {
  found(kind: ConflictKind, count: number): void;
  unreversed(count: number): void;
}

/** One set per process; only the leader's say anything. */
export function conflictMeasures(metrics: Metrics): ConflictMeasures {
  const found = metrics.counter({
    name: "conflicts_found",
    help: "Copies of an event under another key or with other content, when they were first found.",
    labels: ["kind"],
  });
  const unreversed = metrics.gauge({
    name: "conflicts_unreversed",
    help: "Conflicts that are found and not reversed; more than 0 after a minute needs somebody.",
  });
  return {
    found: (kind, count) => found.inc({ kind }, count),
    unreversed: (count) => unreversed.set(count),
  };
}
