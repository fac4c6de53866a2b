import type { ByteLease } from "#collector/byte-budget.ts";
import type { CollectorConfig, CollectorDeps } from "#collector/deps.ts";
import type { Measures } from "#collector/measures.ts";

/** What routes get: what the program handed in, and what the collector made of it once. */
export interface CollectorParts {
  readonly deps: CollectorDeps;
  readonly config: CollectorConfig;
  readonly measures: Measures;
  readonly budget: { lease(): ByteLease };
}
