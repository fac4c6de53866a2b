import { z } from "zod";
import { failure } from "#core/failure.ts";
import { RUN_STATES, type RunListing, runListing } from "#core/replay/run-listing.ts";
import { RunSetting } from "#core/settings/run.ts";
import { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";

export const RunParams = z.strictObject({ id: z.string().min(1).max(64) });

export const ListedRun = z
  .object({
    kind: RunSetting.shape.kind,
    state: z.enum(RUN_STATES).describe("`approved`: it waits for an operator to apply it."),
    may_apply: z
      .boolean()
      .describe("Whether it may be applied now: approved where that is asked for, and not yet."),
    from: z.string(),
    to: z.string(),
    proposal: z
      .object(RunProposalSetting.shape)
      .nullable()
      .describe("What is asked for, with the figures of its dry run. null: a replay."),
    run: z.object(RunSetting.shape).nullable().describe("What carries it out. null: nothing yet."),
  })
  .meta({ id: "Run", description: "A re-rate, a re-attribution or a replay, from proposal to end." });

/** Every proposal, run and replay. */
export function listRunsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/runs",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listRuns",
      tags: ["runs"],
      summary: "Re-rates, re-attributions and replays, with what they came to",
      description:
        "Proposals in the order they were made, then replays. Prices, sources and maps that change move nothing that stands; only these do.",
      response: {
        200: z.object({
          settings_offset: Integer,
          approval: z
            .enum(["none", "other"])
            .describe("`other`: another key than the requester's must approve."),
          runs: z.array(ListedRun),
        }),
        ...problems,
      },
    },
    handler: () => {
      const state = deps.settings.state();
      const approval = state.approvalPolicies.get("runs")?.value.approval ?? "none";
      return { settings_offset: state.offset, approval, runs: [...runListing(state)] };
    },
  });
}

/** One of them. */
export function getRunRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/runs/:id",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "getRun",
      tags: ["runs"],
      summary: "One, by the id of its proposal or of its run",
      params: RunParams,
      response: { 200: z.object({ settings_offset: Integer, run: ListedRun }), ...problems, ...notFound },
    },
    handler: (request) => {
      const { offset } = deps.settings.state();
      return { settings_offset: offset, run: listedRun(deps, request.params.id) };
    },
  });
}

/** @throws failure NOT_FOUND */
export function listedRun(deps: Pick<RouteDeps, "settings">, id: string): RunListing {
  const found = runListing(deps.settings.state()).find(
    ({ proposal, run }) => proposal?.id === id || run?.id === id,
  );
  if (found === undefined) throw failure("NOT_FOUND");
  return found;
}
