import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import type { RunListing } from "#core/replay/run-listing.ts";
import type { SettingsChange } from "#core/settings/change.ts";
import { APPROVERS } from "#query-api/access.ts";
import { conflict, Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import { actFirst } from "#query-api/record-act.ts";
import { ListedRun, listedRun, RunParams } from "#query-api/routes/runs.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

const Wish = z.strictObject({ reason: Text.describe("Why; part of the history.") });

/** Takes a request or a proposal back for good. */
export function withdrawRunRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/runs/:id/withdraw",
    config: { access: APPROVERS },
    schema: {
      operationId: "withdrawRun",
      tags: ["runs"],
      summary: "Withdraw a request or a proposal",
      description:
        "By the id of either, by any key that may ask: nobody shall carry it out. What has begun cannot be withdrawn; a run with an earlier version of the settings takes it back.",
      params: RunParams,
      body: Wish,
      response: {
        200: z.object({ settings_offset: Integer, run: ListedRun }),
        ...problems,
        ...notFound,
        ...conflict,
      },
    },
    handler: async (request) => {
      const { reason } = Wish.parse(request.body);
      const { id } = request.params;
      const actor = callerOf(request).keyId;
      const { change, detail } = withdrawal(deps, listedRun(deps, id));
      await actFirst(deps, {
        act: "run.withdrawn",
        actor,
        subject: change.id,
        detail: { ...detail, reason },
      });
      const by = { change_id: randomUUID(), actor, reason, at: deps.clock().toISOString() };
      const { offset } = appliedOr(await deps.changeSettings({ ...change, ...by } as SettingsChange));
      return { settings_offset: offset, run: { ...listedRun(deps, id), progress: null } };
    },
  });
}

/** The change of whichever of the two is there: a request that became a proposal is withdrawn as that. */
function withdrawal(deps: RouteDeps, { state, request, proposal }: RunListing) {
  const { proposals, runRequests } = deps.settings.state();
  const found = proposal ?? request;
  if (found === null) throw failure("PROPOSAL_REFUSED", { reason: "a replay cannot be withdrawn" });
  const { id, kind, from, to, scope } = found;
  if (!["asked", "proposed", "approved"].includes(state))
    throw failure("PROPOSAL_REFUSED", { reason: `${id} is ${state.replaceAll("_", " ")} already` });
  const stored = proposal === null ? runRequests.get(id) : proposals.get(id);
  return {
    change: {
      kind: proposal === null ? "run_request" : "run_proposal",
      id,
      value: { ...found, state: "withdrawn" },
      expected_version: stored?.version ?? 0,
    },
    detail: { kind, from, to, scope },
  };
}
