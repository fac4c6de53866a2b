import { z } from "zod";
import { failure } from "#core/failure.ts";
import { RUN_STATES, type RunListing, runListing } from "#core/replay/run-listing.ts";
import { RunSetting } from "#core/settings/run.ts";
import { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { RunRequestSetting } from "#core/settings/run-request.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { runProgressQuery } from "#query-api/queries/run-progress.ts";
import { readFor } from "#query-api/read-for.ts";
import type { Reader } from "#query-api/reader.ts";

export const RunParams = z.strictObject({ id: z.string().min(1).max(64) });

const RunProgress = z
  .object({
    written: Integer.describe("Calls and parts of calls whose correction is written."),
    of: Integer.nullable().describe("How many the proposal changes. null: a replay, which does not know."),
  })
  .meta({ id: "RunProgress", description: "How far a run has come." });

export const ListedRun = z
  .object({
    kind: RunSetting.shape.kind,
    state: z
      .enum(RUN_STATES)
      .describe(
        "`asked`: the jobs have not made the dry run yet. `approved`: it waits for the jobs where it has a request, else for an operator.",
      ),
    may_apply: z
      .boolean()
      .describe("Whether it may be applied now: approved where that is asked for, and not yet."),
    from: z.string(),
    to: z.string(),
    request: z
      .object(RunRequestSetting.shape)
      .nullable()
      .describe("What the jobs were asked for by `POST /v1/runs`. null: an operator made it."),
    proposal: z
      .object(RunProposalSetting.shape)
      .nullable()
      .describe("What is asked for, with the figures of its dry run. null: a replay, or not there yet."),
    run: z.object(RunSetting.shape).nullable().describe("What carries it out. null: nothing yet."),
    progress: RunProgress.nullable().describe("Of the run that is under way. null: of any other."),
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
        "Proposals in the order they were made, then replays, then requests that are no proposal. Prices, sources and maps that change move nothing that stands; only these do.",
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
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const state = deps.settings.state();
        const approval = state.approvalPolicies.get("runs")?.value.approval ?? "none";
        const runs = await Promise.all(runListing(state).map((one) => withProgress(reader, one)));
        return { settings_offset: state.offset, approval, runs };
      }),
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
      summary: "One, by the id of its request, its proposal or its run",
      params: RunParams,
      response: { 200: z.object({ settings_offset: Integer, run: ListedRun }), ...problems, ...notFound },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { offset } = deps.settings.state();
        const run = await withProgress(reader, listedRun(deps, request.params.id));
        return { settings_offset: offset, run };
      }),
  });
}

/** @throws failure NOT_FOUND */
export function listedRun(deps: Pick<RouteDeps, "settings">, id: string): RunListing {
  const found = runListing(deps.settings.state()).find(
    ({ request, proposal, run }) => request?.id === id || proposal?.id === id || run?.id === id,
  );
  if (found === undefined) throw failure("NOT_FOUND");
  return found;
}

/** How far a run has come is counted in what it has written: so it is right whoever carries it out. */
export async function withProgress(reader: Reader, one: RunListing): Promise<z.infer<typeof ListedRun>> {
  const { run, proposal } = one;
  if (run?.state !== "begun") return { ...one, progress: null };
  const [counted] = await reader.rows(runProgressQuery(run));
  const of = proposal === null ? null : BigInt(proposal.figures.changed);
  return { ...one, progress: { written: counted?.written ?? 0n, of } };
}
