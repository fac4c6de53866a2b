import { expect, vi } from "vitest";
import { z } from "zod";
import type { Adapter } from "#core/adapter.ts";
import { planPrices } from "#core/price-import.ts";
import type { RunSetting } from "#core/settings/run.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { RereadDeps } from "#ingest/replay/reread-deps.ts";
import { runReplay } from "#ingest/replay/run-replay.ts";
import { beginRun, finishRun, type RunWish, stampOf } from "#ingest/replay/runs.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { type Ground, ingestOn, TEST_SALT } from "#test/support/pipeline.ts";

export const FOR_EVER = { from: "2001-09-10T00:00:00.000Z", to: "2099-01-01T00:00:00.000Z" } as const;
export const WISH: RunWish = { source: "app", ...FOR_EVER, rejected_only: false };

const by = { actor: "test", reason: "test" };

export function replayDeps(ground: Ground, more: Partial<RereadDeps> = {}): RereadDeps {
  return {
    clickhouse: ground.clickhouse,
    adapters: ADAPTERS,
    personSalt: TEST_SALT,
    recordsTopic: ground.topics.records,
    // Small, so that a run has many chunks.
    bounds: { rowsMax: 16, bytesMax: 1_000_000 },
    ...more,
  };
}

/** A replay that writes nothing. */
export function dryRun(ground: Ground, wish: RunWish = WISH, more: Partial<RereadDeps> = {}) {
  const state = ground.settings.state();
  const range = rangeOf(wish, state.runs.size + 1, new Date(Date.now() + 60_000).toISOString());
  return runReplay(range, state, null, replayDeps(ground, more));
}

/** A whole replay, begun or taken up and finished. */
export async function replay(ground: Ground, wish: RunWish = WISH, more: Partial<RereadDeps> = {}) {
  const deps = replayDeps(ground, more);
  const log = { producer: ground.producer, settings: ground.settings, by };
  const run: RunSetting = await beginRun(log, wish, deps.adapters);
  const stamp = stampOf(log, run, deps.adapters);
  const writing = { producer: ground.producer, batchesTopic: ground.topics.batches, stamp };
  const state = ground.settings.at(stamp.settingsOffset);
  const figures = await runReplay(rangeOf(wish, run.epoch, stamp.ingestedAt), state, writing, deps);
  await finishRun(log, run, { state: "ended", figures: null });
  return { run, figures };
}

function rangeOf(wish: RunWish, epoch: number, ingestedUntil: string) {
  return { ...wish, rejectedOnly: wish.rejected_only, epoch, ingestedUntil };
}

/** Ingests what lies on the topic until so many record elements are stored. */
export async function ingested(
  ground: Ground,
  records: number,
  adapters: ReadonlyMap<string, Adapter> = ADAPTERS,
): Promise<void> {
  const ingest = await ingestOn(ground, { adapters });
  await vi.waitFor(async () => expect(await batched(ground)).toBe(records), { timeout: 30_000 });
  await ingest.close();
}

export async function count(ground: Ground, table: string): Promise<number> {
  const [row] = await ground.clickhouse.query({
    name: "count",
    sql: `SELECT count() AS rows FROM ${table}`,
    row: z.object({ rows: z.coerce.number() }),
  });
  return row?.rows ?? 0;
}

async function batched(ground: Ground): Promise<number> {
  const [row] = await ground.clickhouse.query({
    name: "batched",
    sql: "SELECT sum(elements) AS elements FROM batches_v1 FINAL WHERE epoch = 0",
    row: z.object({ elements: z.coerce.number() }),
  });
  return row?.elements ?? 0;
}

const Line = z.object({
  month: z.string(),
  team: z.string(),
  gateway_team: z.string(),
  model: z.string(),
  status: z.string(),
  calls: z.string(),
  tokens: z.string(),
  cost: z.string(),
});

/** Everything that money hangs on, by month, team and model; as of an epoch, or as of now. */
export function beliefs(ground: Ground, epoch = 2 ** 24): Promise<z.infer<typeof Line>[]> {
  return ground.clickhouse.query({
    name: "beliefs",
    sql: `SELECT toString(toYYYYMM(bucket)) AS month, team, gateway_team, model, cost_status AS status,
                 toString(sum(sign)) AS calls, toString(sum(sign * ifNull(input_tokens, 0))) AS tokens,
                 toString(ifNull(sum(sign * cost_usd), 0)) AS cost
          FROM events_v1 FINAL WHERE epoch <= {epoch:UInt32}
          GROUP BY ALL HAVING sum(sign) != 0 OR cost != '0' ORDER BY ALL`,
    params: { epoch },
    row: Line,
  });
}

/** Two rates for a model of our own. */
export async function setRate(ground: Ground, model: string, usdPerMtok: string): Promise<void> {
  const row = priceRow("acme", { model, usd_per_mtok: { input_tokens: usdPerMtok, output_tokens: "1" } });
  await applyPlan(ground.producer, ground.settings, planPrices(ground.settings.state(), [row]), by);
}
