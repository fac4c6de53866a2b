/** By whom a call's cost is stated; `unpriced` has none, which is never 0. */
export const COST_STATUSES = ["rated", "gateway", "estimated", "unpriced"] as const;
export type CostStatus = (typeof COST_STATUSES)[number];
