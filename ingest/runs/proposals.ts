import { randomUUID } from "node:crypto";
import type { Act } from "#core/act.ts";
import { failure } from "#core/failure.ts";
import { needsOther } from "#core/settings/approval-policy.ts";
import { nextEpoch, proposalRefusal, type RunSetting } from "#core/settings/run.ts";
import {
  type ProposalFigures,
  type ProposedKind,
  proposalId,
  type RunProposalSetting,
} from "#core/settings/run-proposal.ts";
import type { RunScope } from "#core/settings/run-scope.ts";
import type { RereadDeps } from "#ingest/replay/reread-deps.ts";
import { beginRun, finishRun, type RunLog, stampOf } from "#ingest/replay/runs.ts";
import { readScopeStanding, runCorrections } from "#ingest/runs/run-corrections.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

/** Who asks, on which topics. */
export interface Proposer extends RunLog {
  readonly topics: { readonly acts: string; readonly batches: string };
  readonly clock: () => Date;
}

export interface Proposed {
  readonly kind: ProposedKind;
  readonly from: string;
  readonly to: string;
  readonly scope: RunScope;
  /** Version B: the settings that the calls would stand by. */
  readonly settingsOffset: bigint;
}

/** How often the next number is asked for again, when others take it first. */
const TRIES_MAX = 20;

/** What a run would do; nothing is written anywhere. */
export async function tryRun(
  { settings, clock }: Pick<Proposer, "settings" | "clock">,
  { kind, settingsOffset, ...asked }: Proposed,
  deps: RereadDeps,
): Promise<ProposalFigures> {
  await settings.caughtUp();
  const range = {
    ...asked,
    epoch: nextEpoch(settings.state().runs),
    ingestedUntil: clock().toISOString(),
  };
  return runCorrections(kind, range, settings.at(settingsOffset), null, deps);
}

/**
 * Makes the dry run and puts it on the settings topic: what it would come to is on record before anybody agrees. Where
 * nothing would change there is nothing to propose. One that is made of a `request` is its requester's.
 */
export async function proposeRun(
  proposer: Proposer,
  proposed: Proposed,
  deps: RereadDeps,
  request: { readonly id: string; readonly requested_by: string } | null = null,
): Promise<{ readonly proposal: RunProposalSetting | null; readonly figures: ProposalFigures }> {
  const figures = await tryRun(proposer, proposed, deps);
  if (figures.changed === 0) return { proposal: null, figures };
  const { producer, settings, by, topics } = proposer;
  const { settingsOffset, ...rest } = proposed;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    await settings.caughtUp();
    const proposal: RunProposalSetting = {
      ...{ id: proposalId(settings.state().proposals.size + 1), ...rest },
      ...{
        settings_offset: String(settingsOffset),
        requested_by: request?.requested_by ?? by.actor,
        figures,
      },
      ...{ state: "proposed", approved_by: null, request: request?.id ?? null, detail: null },
    };
    const change = { change_id: randomUUID(), id: proposal.id, expected_version: 0, value: proposal, ...by };
    const outcome = await changeSettings(producer, settings, { kind: "run_proposal", ...change });
    if (outcome.outcome === "applied") {
      await createRecordAct(producer, topics.acts)(actOf("run.proposed", by, proposal));
      return { proposal, figures };
    }
    // The number was taken in between.
    if (outcome.outcome === "invalid" && !settings.state().proposals.has(proposal.id))
      throw failure("SETTING_REFUSED", { kind: "run_proposal", id: proposal.id, reason: outcome.detail });
  }
  throw new Error(`no number was to be had in ${TRIES_MAX} tries`);
}

/**
 * Carries out a proposal, or finishes the run that was killed while it did. Before the first row the sums of its scope
 * and every single change are compared with what was proposed.
 *
 * @throws failure PROPOSAL_UNKNOWN, PROPOSAL_REFUSED, PROPOSAL_MOVED, RUN_UNFINISHED, SETTING_REFUSED
 */
export async function applyProposal(
  proposer: Proposer,
  id: string,
  deps: RereadDeps,
): Promise<{ readonly run: RunSetting; readonly figures: ProposalFigures }> {
  const { settings, clock } = proposer;
  await settings.caughtUp();
  const proposal = settings.state().proposals.get(id)?.value;
  if (proposal === undefined) throw failure("PROPOSAL_UNKNOWN", { id });
  const { kind, from, to, scope, settings_offset } = proposal;
  const wish = { source: null, from, to, rejected_only: false };
  const ingested_until = clock().toISOString();
  const { runs, approvalPolicies } = settings.state();
  if (!isUnderWay(runs, id)) {
    // The fold says the same; here nobody waits for a dry run to hear it.
    const reason = proposalRefusal({ runs, needsOther: needsOther(approvalPolicies) }, proposal);
    if (reason !== null) throw failure("PROPOSAL_REFUSED", { reason });
    await refuseMoved(proposer, proposal, ingested_until, deps);
  }
  const asked = { kind, proposal: id, scope, settings_offset, ingested_until };
  const run = await beginRun(proposer, wish, deps.adapters, asked);
  return finishProposed(proposer, run, deps);
}

function isUnderWay(runs: ReadonlyMap<string, { readonly value: RunSetting }>, id: string): boolean {
  return [...runs.values()].some(({ value }) => value.proposal === id && value.state === "begun");
}

/** Sums first, because they are cheap; then the changes themselves, one by one. */
async function refuseMoved(
  { settings }: Proposer,
  proposal: RunProposalSetting,
  ingestedUntil: string,
  deps: RereadDeps,
): Promise<void> {
  const { id, kind, figures, from, to, scope } = proposal;
  const range = { from, to, scope, epoch: nextEpoch(settings.state().runs), ingestedUntil };
  const { sha256 } = await readScopeStanding(deps.clickhouse, range);
  if (sha256 !== figures.standing_sha256) throw failure("PROPOSAL_MOVED", { id });
  const now = await runCorrections(kind, range, settings.at(BigInt(proposal.settings_offset)), null, deps);
  if (now.changes_sha256 !== figures.changes_sha256) throw failure("PROPOSAL_MOVED", { id });
}

async function finishProposed(proposer: Proposer, run: RunSetting, deps: RereadDeps) {
  const { producer, settings, topics, by } = proposer;
  if (run.kind === "replay" || run.scope === null) throw new Error(`run ${run.id} carries out no proposal`);
  const stamp = stampOf(proposer, run, deps.adapters);
  const recordAct = createRecordAct(producer, topics.acts);
  const { kind, from, to, scope, epoch, proposal } = run;
  // Before the first row: nothing changes of which the log of acts does not know.
  await recordAct({
    act: "run.began",
    actor: by.actor,
    subject: run.id,
    detail: { kind, proposal, from, to, scope, epoch, reason: by.reason },
  });
  const range = { from, to, scope, epoch, ingestedUntil: run.ingested_until ?? stamp.ingestedAt };
  const writing = { producer, batchesTopic: topics.batches, stamp };
  const figures = await runCorrections(kind, range, settings.at(stamp.settingsOffset), writing, deps);
  const { calls: records, changed, cost_before_usd, cost_after_usd } = figures;
  const summary = { records, changed, cost_before_usd, cost_after_usd };
  await recordAct({ act: "run.ended", actor: by.actor, subject: run.id, detail: summary });
  await finishRun(proposer, run, { state: "ended", figures: summary });
  return { run, figures };
}

function actOf(act: Act["act"], by: Proposer["by"], proposal: RunProposalSetting) {
  const { id, kind, from, to, scope, settings_offset, figures } = proposal;
  const { calls, changed, change_usd } = figures;
  const detail = { kind, from, to, scope, settings_offset, calls, changed, change_usd, reason: by.reason };
  return { act, actor: by.actor, subject: id, detail };
}

/**
 * Takes a proposal back for good.
 * @throws failure PROPOSAL_UNKNOWN, SETTING_REFUSED
 */
export async function withdrawProposal(
  proposer: Proposer,
  id: string,
  detail: string | null = null,
): Promise<void> {
  const { producer, settings, by, topics } = proposer;
  await settings.caughtUp();
  const stored = settings.state().proposals.get(id);
  if (stored === undefined) throw failure("PROPOSAL_UNKNOWN", { id });
  await createRecordAct(producer, topics.acts)(actOf("run.withdrawn", by, stored.value));
  const value: RunProposalSetting = { ...stored.value, state: "withdrawn", detail };
  const change = { change_id: randomUUID(), id, expected_version: stored.version, value, ...by };
  const outcome = await changeSettings(producer, settings, { kind: "run_proposal", ...change });
  if (outcome.outcome !== "applied")
    throw failure("SETTING_REFUSED", { kind: "run_proposal", id, reason: outcome.detail });
}

/** Sets whether somebody other than the requester must approve. @throws failure SETTING_REFUSED */
export async function setApprovalPolicy(
  { producer, settings, by }: RunLog,
  approval: "none" | "other",
): Promise<void> {
  const expected_version = settings.state().approvalPolicies.get("runs")?.version ?? 0;
  const change = { change_id: randomUUID(), id: "runs", expected_version, ...by };
  const value = { id: "runs" as const, approval };
  const outcome = await changeSettings(producer, settings, { kind: "approval_policy", ...change, value });
  if (outcome.outcome !== "applied")
    throw failure("SETTING_REFUSED", { kind: "approval_policy", id: "runs", reason: outcome.detail });
}
