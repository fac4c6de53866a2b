import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import {
  ScopeStandingRow,
  scopeStanding,
  scopeStandingParams,
  scopeStandingSql,
} from "#core/replay/scope-standing.ts";
import { needsOther } from "#core/settings/approval-policy.ts";
import { nextEpoch } from "#core/settings/run.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { APPROVERS } from "#query-api/access.ts";
import { conflict, Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import { readFor } from "#query-api/read-for.ts";
import type { Reader } from "#query-api/reader.ts";
import { actFirst } from "#query-api/record-act.ts";
import { ListedRun, listedRun, RunParams, withProgress } from "#query-api/routes/runs.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

const Wish = z.strictObject({ reason: Text.describe("Why; part of the history.") });

/** Agrees to what a dry run came to. It is carried out afterwards: by the jobs what was asked for here, else by an operator. */
export function approveRunRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/runs/:id/approve",
    config: { access: APPROVERS },
    schema: {
      operationId: "approveRun",
      tags: ["runs"],
      summary: "Approve a proposal",
      description:
        "Refused where somebody else than the requester must approve and the key is the requester's, and where the sums of the scope are others than those that were proposed. Nothing is written by it: the jobs carry out what was asked for by `POST /v1/runs`, an operator the rest.",
      params: RunParams,
      body: Wish,
      response: {
        200: z.object({ settings_offset: Integer, run: ListedRun }),
        ...problems,
        ...notFound,
        ...conflict,
      },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { reason } = Wish.parse(request.body);
        const { keyId } = callerOf(request);
        const proposal = proposalToApprove(deps, request.params.id, keyId);
        await refuseMoved(reader, deps, proposal);
        const { id, kind, from, to, scope, figures } = proposal;
        await actFirst(deps, {
          act: "run.approved",
          actor: keyId,
          subject: id,
          detail: { kind, from, to, scope, change_usd: figures.change_usd, reason },
        });
        const stored = deps.settings.state().proposals.get(id);
        const { offset } = appliedOr(
          await deps.changeSettings({
            kind: "run_proposal",
            id,
            value: { ...proposal, state: "approved", approved_by: keyId },
            expected_version: stored?.version ?? 0,
            change_id: randomUUID(),
            actor: keyId,
            reason,
            at: deps.clock().toISOString(),
          }),
        );
        return { settings_offset: offset, run: await withProgress(reader, listedRun(deps, id)) };
      }),
  });
}

/** The fold refuses the same; here it is said before anything is read. */
function proposalToApprove(deps: RouteDeps, id: string, keyId: string): RunProposalSetting {
  const { state, proposal } = listedRun(deps, id);
  if (proposal === null || proposal.id !== id) throw failure("NOT_FOUND");
  if (state !== "proposed") throw failure("PROPOSAL_REFUSED", { reason: `${id} is ${state} already` });
  if (needsOther(deps.settings.state().approvalPolicies) && proposal.requested_by === keyId)
    throw failure("APPROVER_IS_REQUESTER", { id });
  return proposal;
}

async function refuseMoved(reader: Reader, deps: RouteDeps, proposal: RunProposalSetting): Promise<void> {
  const epoch = nextEpoch(deps.settings.state().runs);
  const rows = await reader.rows({
    name: "run_scope",
    sql: ({ calls }) => scopeStandingSql(calls),
    // Whatever is there: a clock of the ingester's that runs ahead must hide no call from who approves.
    params: scopeStandingParams({ ...proposal, epoch, ingestedUntil: "2200-01-01T00:00:00.000Z" }),
    row: ScopeStandingRow,
  });
  if (scopeStanding(rows).sha256 !== proposal.figures.standing_sha256)
    throw failure("PROPOSAL_MOVED", { id: proposal.id });
}
