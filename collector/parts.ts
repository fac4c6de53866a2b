import { type ByteLease, createByteBudget } from "#collector/byte-budget.ts";
import type { CollectorConfig, CollectorDeps } from "#collector/deps.ts";
import { createMeasures, type Measures } from "#collector/measures.ts";
import { createNumbering, type Numbering } from "#collector/numbering.ts";

/** How many of the largest bodies all requests together may hold. */
const LARGEST_BODIES_HELD = 2;

/** What doors get: what the program handed in, and what the collector made of it once. */
export interface CollectorParts {
  readonly deps: CollectorDeps;
  readonly config: CollectorConfig;
  readonly measures: Measures;
  /** Of this run: the next one has another name and begins at 1 again. */
  readonly numbering: Numbering;
  readonly budget: { lease(): ByteLease; held(): number };
  /** Sources that were told in the log that their OTLP metrics are dropped. */
  readonly metricsTold: Set<string>;
}

/** Once per collector: all doors share one budget and one set of figures. */
export function makeParts(deps: CollectorDeps, config: CollectorConfig): CollectorParts {
  return {
    deps,
    config,
    measures: createMeasures(deps.metrics),
    numbering: createNumbering(deps.randomUuid()),
    budget: createByteBudget(config.inflatedBytesMax * LARGEST_BODIES_HELD),
    metricsTold: new Set(),
  };
}
