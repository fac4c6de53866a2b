import { randomUUID } from "node:crypto";
import { Failure, failure } from "#core/failure.ts";
import { runListing } from "#core/replay/run-listing.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import type { RunRequestSetting } from "#core/settings/run-request.ts";
import type { Versioned } from "#core/settings/state.ts";
import type { RereadDeps } from "#ingest/replay/reread-deps.ts";
import { applyProposal, type Proposer, proposeRun, withdrawProposal } from "#ingest/runs/proposals.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

/** Who says on the log what the jobs did. */
const ACTOR = "jobs";

type Ground = Omit<Proposer, "by">;

/**
 * One round of the jobs: each request becomes a proposal, each approved proposal of a request is carried out, and a run
 * of one that was killed is finished. Everything that is to be done follows from the settings, so whoever leads next
 * goes on where this round was broken off; two that overlap come to the same rows.
 */
export async function serveRequests(ground: Ground, deps: RereadDeps, signal: AbortSignal): Promise<void> {
  const watched = {
    ...deps,
    onProgress: (records: number) => {
      signal.throwIfAborted();
      deps.onProgress?.(records);
    },
  };
  for (const request of ground.settings.state().runRequests.values()) {
    if (request.value.state === "asked" && !signal.aborted) await answerRequest(ground, request, watched);
  }
  for (const proposal of proposalsToApply(ground))
    if (!signal.aborted) await carryOut(ground, proposal, watched);
}

/** Makes the dry run that was asked for, and puts it on record as its requester's. */
async function answerRequest(
  ground: Ground,
  { value: request, version }: Versioned<RunRequestSetting>,
  deps: RereadDeps,
): Promise<void> {
  const { id, kind, from, to, scope, settings_offset, requested_by } = request;
  const by = { actor: ACTOR, reason: `the dry run that ${requested_by} asked for (${id})` };
  const answer = (more: Partial<RunRequestSetting>) =>
    changeSettings(ground.producer, ground.settings, {
      ...{ kind: "run_request", id, value: { ...request, ...more }, expected_version: version },
      ...{ change_id: randomUUID(), ...by },
    });
  if (kind === "re_attribute" && deps.personSalt.length === 0) {
    const detail = "the jobs have no SPENDTRAIL_PERSON_SALT, without which nobody can say who pays";
    await answer({ state: "failed", detail });
    return;
  }
  // Made before a crash, and not said of the request yet.
  const made = [...ground.settings.state().proposals.values()].find(({ value }) => value.request === id);
  if (made !== undefined) {
    await answer({ state: "proposed", proposal: made.value.id });
    return;
  }
  try {
    const proposed = { kind, from, to, scope, settingsOffset: BigInt(settings_offset) };
    const { proposal } = await proposeRun({ ...ground, by }, proposed, deps, { id, requested_by });
    await answer(
      proposal === null ? { state: "nothing_to_change" } : { state: "proposed", proposal: proposal.id },
    );
  } catch (error) {
    // Withdrawn while the dry run was made: nobody waits for it.
    if (ground.settings.state().runRequests.get(id)?.value.state === "asked") throw error;
  }
}

/** The run that was begun before those that wait for it to end. */
function proposalsToApply({ settings }: Ground): readonly RunProposalSetting[] {
  const listed = runListing(settings.state()).filter(({ proposal }) => (proposal?.request ?? null) !== null);
  const begun = listed.filter(({ state }) => state === "begun");
  const approved = listed.filter(({ state, may_apply }) => state === "approved" && may_apply);
  return [...begun, ...approved].flatMap(({ proposal }) => proposal ?? []);
}

async function carryOut(ground: Ground, proposal: RunProposalSetting, deps: RereadDeps): Promise<void> {
  const { id, requested_by, approved_by } = proposal;
  const by = { actor: ACTOR, reason: `asked for by ${requested_by}, approved by ${approved_by}` };
  try {
    await applyProposal({ ...ground, by }, id, deps);
  } catch (error) {
    const code = error instanceof Failure ? error.code : null;
    // Approved and never to be carried out: who asked reads why, and asks again.
    if (code === "PROPOSAL_MOVED")
      return withdrawProposal({ ...ground, by }, id, failure("PROPOSAL_MOVED", { id }).message);
    // An operator was faster, or has begun another run, after which it is this one's turn.
    if (code !== "PROPOSAL_REFUSED" && code !== "RUN_UNFINISHED") throw error;
  }
}
