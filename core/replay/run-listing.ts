import { needsOther } from "#core/settings/approval-policy.ts";
import { type RunSetting, unfinishedRun } from "#core/settings/run.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { REQUEST_STATES, type RunRequestSetting } from "#core/settings/run-request.ts";
import type { SettingsState } from "#core/settings/state.ts";

/** How far something that is asked for has come. `approved`: it waits for the jobs, or for an operator. */
export const RUN_STATES = [...REQUEST_STATES, "approved", "begun", "ended", "given_up"] as const;

/** A request with what became of it, a proposal with the run that carries it out, or a replay, which has no proposal. */
export interface RunListing {
  readonly kind: RunSetting["kind"];
  readonly state: (typeof RUN_STATES)[number];
  /** Whether it may be applied as the policy stands. */
  readonly may_apply: boolean;
  readonly from: string;
  readonly to: string;
  /** What the jobs were asked for over HTTP. */
  readonly request: RunRequestSetting | null;
  readonly proposal: RunProposalSetting | null;
  readonly run: RunSetting | null;
}

/** All of them, newest last: proposals in their order, then replays, then requests that are no proposal. */
export function runListing(
  state: Pick<SettingsState, "proposals" | "runs" | "runRequests" | "approvalPolicies">,
): readonly RunListing[] {
  const runs = [...state.runs.values()].map(({ value }) => value);
  const other = needsOther(state.approvalPolicies);
  const isFree = unfinishedRun(state.runs) === null;
  const proposed = [...state.proposals.values()].map(({ value: proposal }): RunListing => {
    const run = runs.find((one) => one.proposal === proposal.id) ?? null;
    const { kind, from, to, approved_by, requested_by } = proposal;
    const isApproved = proposal.state === "approved" && approved_by !== requested_by;
    const may_apply = run === null && isFree && proposal.state !== "withdrawn" && (!other || isApproved);
    const request = state.runRequests.get(proposal.request ?? "")?.value ?? null;
    return { kind, state: run?.state ?? proposal.state, may_apply, from, to, request, proposal, run };
  });
  const replays = runs
    .filter(({ proposal }) => proposal === null)
    .map(
      (run): RunListing => ({
        ...{ kind: run.kind, state: run.state, may_apply: false, from: run.from, to: run.to },
        ...{ request: null, proposal: null, run },
      }),
    );
  const answered = new Set([...state.proposals.values()].map(({ value }) => value.request));
  const bare = [...state.runRequests.values()]
    .filter(({ value }) => !answered.has(value.id))
    .map(({ value: request }): RunListing => {
      const { kind, from, to } = request;
      return { kind, state: request.state, may_apply: false, from, to, request, proposal: null, run: null };
    });
  return [...proposed, ...replays, ...bare];
}
