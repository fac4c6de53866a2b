import { randomUUID } from "node:crypto";
import { z } from "zod";
import { COST_5M, COST_5M_BY_USER, type Rollup } from "#jobs/rollups/rollup.ts";
import { type RollupStore, rollUp } from "#jobs/rollups/round.ts";
import { rollUpSpans } from "#jobs/rollups/spans/round.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { EVENT_COLUMNS, type EventFields, eventIdOf, eventRow } from "#test/support/event-row.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

/** Columns in which a rollup and the calls must agree, and nothing of how the job makes them. */
const FIGURES = `toString(sum(items)) AS items, toString(sum(calls)) AS calls, toString(sum(cost_usd)) AS cost,
  toString(sum(input_tokens)) AS input, toString(sum(cache_read_tokens)) AS cache_read,
  toString(sum(output_tokens)) AS output, toString(sum(web_search_requests)) AS searches`;
const BY = {
  cost_5m: "team, gateway_team, model, model_canonical, gateway, source, platform, outcome, cost_status",
  cost_5m_by_user:
    "team, model, model_canonical, gateway, platform, outcome, cost_status, user_ref, api_key, agent",
};

export interface RollupGround {
  readonly ground: Ground;
  readonly clickhouse: ClickHouse;
  insert(rows: readonly EventFields[], token?: string): Promise<void>;
  round(rollup?: Rollup, store?: RollupStore, signal?: AbortSignal): Promise<number>;
  /** A round of the stretches as the jobs do it, at a time; how many were made. */
  spans(now?: Date, store?: RollupStore, signal?: AbortSignal): Promise<number>;
  /** What a rollup says, group by group. */
  rolledUp(rollup?: Rollup): Promise<readonly unknown[]>;
  /** What the calls say, in the same form. */
  raw(rollup?: Rollup): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

/** A database of the test's own; the rows are written as the ingester writes them. */
export async function rollupGround(): Promise<RollupGround> {
  const ground = await makeGround({ prices: false });
  const { clickhouse } = ground;
  const read = (sql: string) =>
    clickhouse.query({ name: "figures", sql, row: z.record(z.string(), z.any()) });
  return {
    ground,
    clickhouse,
    insert: (rows, token = randomUUID()) =>
      clickhouse.insert({ table: "events_v1", columns: EVENT_COLUMNS, rows: rows.map(eventRow), token }),
    round: async (rollup = COST_5M, store = clickhouse, signal = new AbortController().signal) =>
      (await rollUp({ clickhouse: store, clock: () => new Date() }, rollup, signal)).buckets,
    spans: async (now = new Date(), store = clickhouse, signal = new AbortController().signal) => {
      const { turns } = await rollUpSpans({ clickhouse: store, clock: () => now }, new Map(), signal);
      return turns.reduce((sum, turn) => sum + turn.spans, 0);
    },
    rolledUp: ({ name } = COST_5M) =>
      read(
        `SELECT toString(time) AS at, ${BY[name]}, ${FIGURES} FROM ${name} GROUP BY at, ${BY[name]} ORDER BY ALL`,
      ),
    raw: ({ name } = COST_5M) =>
      read(`SELECT at, ${BY[name]}, ${FIGURES} FROM (
          SELECT toString(toStartOfFiveMinutes(event_time)) AS at, ${BY[name]}, sign AS items,
            if(kind = 'response', sign, 0) AS calls, sign * calls.cost_usd AS cost_usd,
            ${["input_tokens", "cache_read_tokens", "output_tokens", "web_search_requests"].map((name) => `sign * toInt128(calls.${name}) AS ${name}`).join(", ")}
          FROM calls)
        GROUP BY at, ${BY[name]} ORDER BY ALL`),
    close: () => ground.close(),
  };
}

/** A priced call of a team. */
export function call(id: string, at: string, more: Partial<EventFields> = {}): EventFields {
  return {
    event_id: eventIdOf(id),
    at,
    team: "red",
    gateway_team: "red",
    session_id: `session-${id}`,
    cost_usd: "0.000000000001",
    cost_status: "rated",
    input_tokens: 10,
    output_tokens: 3,
    user_ref: "u_1",
    api_key: "key-1",
    ...more,
  };
}

export { COST_5M, COST_5M_BY_USER };
