import type { UnpricedGroup } from "#jobs/unpriced/count-unpriced.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface UnpricedMeasures {
  /** @param ofTheBook those that a price would rate */
  unpriced(groups: readonly UnpricedGroup[], ofTheBook: readonly UnpricedGroup[]): void;
}

/** So many pairs of source and model have a series of their own; the rest of a source is `other`. */
const SERIES_MAX = 100;
const NAME_LENGTH_MAX = 128;
const OTHER = "other";

/** One set per process; only the leader's say anything. */
export function unpricedMeasures(metrics: Metrics): UnpricedMeasures {
  const items = metrics.gauge({
    name: "unpriced_items",
    help: `Calls, or parts of calls, that have no price now. The ${SERIES_MAX} largest by name, the rest of a source as model="${OTHER}".`,
    labels: ["source", "model"],
  });
  const models = metrics.gauge({
    name: "unpriced_models",
    help: "Models, each on its platform, with something unpriced that a price would rate.",
  });
  return {
    unpriced: (groups, ofTheBook) => {
      const sums = new Map<string, { source: string; model: string; items: number }>();
      for (const { source, model, items: more } of groups) {
        const name = model.slice(0, NAME_LENGTH_MAX);
        const key = JSON.stringify([source, name]);
        sums.set(key, { source, model: name, items: (sums.get(key)?.items ?? 0) + more });
      }
      const largest = [...sums.values()].sort((one, other) => other.items - one.items);
      // What has a price by now must not stay.
      items.reset();
      for (const [at, sum] of largest.entries())
        items.inc({ source: sum.source, model: at < SERIES_MAX ? sum.model : OTHER }, sum.items);
      models.set(countModels(ofTheBook));
    },
  };
}

function countModels(groups: readonly UnpricedGroup[]): number {
  return new Set(groups.map(({ platform, model }) => JSON.stringify([platform, model]))).size;
}
