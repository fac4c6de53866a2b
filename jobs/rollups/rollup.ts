import { TOKEN_METERS } from "#core/meters.ts";
import type { pauseAfter } from "#jobs/rollups/pause.ts";

/** A column of a rollup's sums: its name in `sums`, and how it is made of calls. */
export interface SumColumn {
  readonly name: string;
  readonly sql: string;
}

/** A table of sums over five-minute buckets, and how often it is made. */
export interface Rollup {
  /** In metrics, marks and the log. */
  readonly name: "cost_5m" | "cost_5m_by_user";
  readonly table: "cost_5m_v1" | "cost_5m_by_user_v1";
  readonly dimensions: readonly SumColumn[];
  readonly pace: Parameters<typeof pauseAfter>[1];
}

const column = (name: string): SumColumn => ({ name, sql: name });

/** The five minutes that a call counts in; its bucket says where its row lies. */
const TIME: SumColumn = { name: "time", sql: "toStartOfFiveMinutes(event_time)" };

const METERS = [...TOKEN_METERS, "thinking_tokens", "web_search_requests"] as const;

/**
 * Each multiplied by `sign`. A sum of nothing but NULLs stays NULL: unpriced calls have a cost status of their own and
 * no cost. `items` are calls and their parts, which are priced, or not, one by one. Whole numbers are summed in 128
 * bits, since two large ones overflow 64.
 */
export const MEASURES: readonly SumColumn[] = [
  { name: "calls", sql: "sumIf(sign, kind = 'response')" },
  { name: "items", sql: "sum(sign)" },
  { name: "cost_usd", sql: "sum(sign * cost_usd)" },
  ...METERS.map((name) => ({ name, sql: `sum(sign * toInt128(${name}))` })),
];

/** By all that costs are grouped by, but for people and sessions. */
export const COST_5M: Rollup = {
  name: "cost_5m",
  table: "cost_5m_v1",
  dimensions: [
    TIME,
    ...["team", "gateway_team", "model", "model_canonical", "gateway", "source", "platform"].map(column),
    ...["outcome", "cost_status"].map(column),
  ],
  pace: { coreShare: 0.07, pauseLeastMs: 1_000, pauseMostMs: 60_000 },
};

/** By person, key and agent too: far more groups, so not as often. Sessions are read raw: a call has nearly one each. */
export const COST_5M_BY_USER: Rollup = {
  name: "cost_5m_by_user",
  table: "cost_5m_by_user_v1",
  dimensions: [
    TIME,
    ...["team", "model", "model_canonical", "gateway", "platform", "outcome", "cost_status"].map(column),
    ...["user_ref", "api_key", "agent"].map(column),
  ],
  pace: { coreShare: 0.02, pauseLeastMs: 60_000, pauseMostMs: 300_000 },
};

export const ROLLUPS: readonly Rollup[] = [COST_5M, COST_5M_BY_USER];
