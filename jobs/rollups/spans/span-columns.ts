import type { SumColumn } from "#jobs/rollups/rollup.ts";

const column = (name: string): SumColumn => ({ name, sql: `s.${name}` });

/** What stretches are grouped by, made of sums of five minutes: all that `/v1/costs` groups those by, and no more. */
export const SPAN_DIMENSIONS: readonly SumColumn[] = [
  column("team"),
  // As costs are grouped: the canonical name where our table knows the model.
  { name: "model", sql: "if(s.model_canonical = '', s.model, s.model_canonical)" },
  ...["gateway", "platform", "outcome", "cost_status"].map(column),
];
