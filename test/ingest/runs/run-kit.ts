import { z } from "zod";
import { nextEpoch, type RunSetting } from "#core/settings/run.ts";
import type { ProposalFigures, ProposedKind } from "#core/settings/run-proposal.ts";
import { RunScope } from "#core/settings/run-scope.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { RereadDeps } from "#ingest/replay/reread-deps.ts";
import { applyProposal, type Proposer, proposeRun } from "#ingest/runs/proposals.ts";
import { runCorrections } from "#ingest/runs/run-corrections.ts";
import { FOR_EVER } from "#test/ingest/replay/replay-kit.ts";
import { type Ground, TEST_SALT } from "#test/support/pipeline.ts";

export const EVERYTHING = { ...FOR_EVER, scope: RunScope.parse({}) };

export function runDeps(ground: Ground, more: Partial<RereadDeps> = {}): RereadDeps {
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

export function proposer(ground: Ground, actor = "test"): Proposer {
  const { producer, settings, topics } = ground;
  return { producer, settings, topics, by: { actor, reason: "test" }, clock: () => new Date() };
}

/** A dry run that nobody records. */
export function tryRun(
  ground: Ground,
  kind: ProposedKind = "re_rate",
  asked: { from: string; to: string; scope: RunScope } = EVERYTHING,
): Promise<ProposalFigures> {
  const state = ground.settings.state();
  const range = { ...asked, epoch: nextEpoch(state.runs), ingestedUntil: soon() };
  return runCorrections(kind, range, state, null, runDeps(ground));
}

/** Proposed and carried out at once. */
export async function doRun(
  ground: Ground,
  kind: ProposedKind = "re_rate",
  asked: { from: string; to: string; scope: RunScope } = EVERYTHING,
  settingsOffset = ground.settings.state().offset,
): Promise<{ run: RunSetting; figures: ProposalFigures }> {
  const by = proposer(ground);
  const { proposal } = await proposeRun(by, { kind, ...asked, settingsOffset }, runDeps(ground));
  if (proposal === null) throw new Error("nothing would change");
  return applyProposal(by, proposal.id, runDeps(ground));
}

function soon(): string {
  return new Date(Date.now() + 60_000).toISOString();
}

const AnyRow = z.record(z.string(), z.unknown());

/** Every row of a table at an epoch but for when and by which adapter it was written. */
export function rowsAt(ground: Ground, table: string, epoch: number): Promise<unknown[]> {
  return ground.clickhouse.query({
    name: "rows_at",
    sql: `SELECT * EXCEPT (ingested_at) FROM ${table} FINAL WHERE epoch = {epoch:UInt32} ORDER BY ALL`,
    params: { epoch },
    row: AnyRow,
  });
}
