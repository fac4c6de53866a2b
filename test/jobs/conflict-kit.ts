import { expect } from "vitest";
import { z } from "zod";
import { ADAPTERS } from "#gateways/registry.ts";
import { conflictsJob } from "#jobs/conflicts/job.ts";
import { conflictMeasures } from "#jobs/conflicts/measures.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { createMetrics, type Metrics } from "#runtime/metrics.ts";
import { type Ground, type GroundIngestDeps, ingestOn, makeGround } from "#test/support/pipeline.ts";

/** Sums over `calls`, each as text: how many calls, and what they consumed and cost. */
const Totals = z.object({ calls: z.string(), input: z.string(), output: z.string(), cost: z.string() });

const Listed = z.object({
  kind: z.string(),
  what: z.string(),
  state: z.string(),
  lost_team: z.string(),
  lost_gateway_team: z.string(),
  stands_gateway_team: z.string(),
  lost_offset: z.string(),
  stands_offset: z.string(),
  differs: z.array(z.string()),
});
export type ListedConflict = z.infer<typeof Listed>;

export interface ConflictGround {
  readonly ground: Ground;
  readonly metrics: Metrics;
  /** Sends records to the source `canonical` and waits until they are in `records_v1`. */
  post(...records: readonly string[]): Promise<void>;
  postAs(source: string, gateway: string, ...records: readonly string[]): Promise<void>;
  /** One round of the job; with another ClickHouse, or broken off by a signal. */
  round(options?: {
    clickhouse?: Pick<ClickHouse, "query" | "insert" | "command">;
    signal?: AbortSignal;
  }): Promise<void>;
  totals(): Promise<z.infer<typeof Totals>>;
  /** Rows of `events_v1` with every belief. */
  rows(): Promise<number>;
  listed(): Promise<ListedConflict[]>;
  close(): Promise<void>;
}

/** The real ingester on ground of its own, with the job beside it. */
export async function conflictGround(more: Partial<GroundIngestDeps> = {}): Promise<ConflictGround> {
  const ground = await makeGround({ partitions: 1 });
  await ground.setSources([
    { name: "canonical", gateway: "canonical" },
    { name: "litellm", gateway: "litellm" },
  ]);
  const ingester = await ingestOn(ground, { adapters: ADAPTERS, ...more });
  const metrics = createMetrics({ defaults: false });
  const measures = conflictMeasures(metrics);
  const { clickhouse } = ground;
  const count = async (sql: string) => {
    const [row] = await clickhouse.query({ name: "count", sql, row: z.object({ n: z.coerce.number() }) });
    return row?.n ?? 0;
  };
  let sent = 0;
  const postAs = async (source: string, gateway: string, ...records: readonly string[]) => {
    await ground.send(source, gateway, records);
    sent += records.length;
    await expect
      .poll(() => count("SELECT sum(records) AS n FROM batches_v1"), { timeout: 20_000 })
      .toBe(sent);
  };
  return {
    ground,
    metrics,
    postAs,
    post: (...records) => postAs("canonical", "canonical", ...records),
    round: (options = {}) =>
      conflictsJob({ clickhouse: options.clickhouse ?? clickhouse, measures, clock: () => new Date() }).run(
        options.signal ?? new AbortController().signal,
      ),
    totals: async () => {
      const [row] = await clickhouse.query({
        name: "totals",
        sql: `SELECT toString(sumIf(sign, kind = 'response')) AS calls, toString(sum(sign * toInt64(input_tokens))) AS input,
                toString(sum(sign * toInt64(output_tokens))) AS output, toString(sum(sign * cost_usd)) AS cost
              FROM calls`,
        row: Totals,
      });
      return row ?? { calls: "", input: "", output: "", cost: "" };
    },
    rows: () => count("SELECT count() AS n FROM events_v1 FINAL"),
    listed: () =>
      clickhouse.query({
        name: "listed",
        sql: `SELECT toString(kind) AS kind, toString(what) AS what, toString(state) AS state, lost_team,
                lost_gateway_team, stands_gateway_team, lost_offset, stands_offset, differs
              FROM conflicts_v1 FINAL ORDER BY found_at, lost_offset, what`,
        row: Listed,
      }),
    close: async () => {
      await ingester.close();
      await ground.close();
    },
  };
}
