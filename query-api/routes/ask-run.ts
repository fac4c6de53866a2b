import { randomUUID } from "node:crypto";
import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { failure } from "#core/failure.ts";
import { readSettingsMoment, settingsAsOf } from "#core/settings/moment.ts";
import { PROPOSED_KINDS } from "#core/settings/run-proposal.ts";
import { type RunRequestSetting, requestId } from "#core/settings/run-request.ts";
import { RunScope } from "#core/settings/run-scope.ts";
import { APPROVERS } from "#query-api/access.ts";
import { conflict, Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import { RANGE_DAYS_MAX } from "#query-api/granularity.ts";
import { from, to, zone } from "#query-api/parameters.ts";
import { readRange } from "#query-api/range.ts";
import { actFirst } from "#query-api/record-act.ts";
import { ListedRun, listedRun } from "#query-api/routes/runs.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

const Wish = z.strictObject({
  kind: z.enum(PROPOSED_KINDS).describe("Rate the calls again, or say again who pays."),
  from,
  to,
  tz: zone,
  scope: RunScope.default(RunScope.parse({})).describe(
    "Which calls of the range; all, unless it is narrowed.",
  ),
  book: z
    .string()
    .max(40)
    .optional()
    .describe("Version B: an instant or an offset of the settings to stand by; those of now unless given."),
  reason: Text.describe("Why; part of the history."),
});

/** How often the next number is asked for again, when others take it first. */
const TRIES_MAX = 10;

/** Asks the jobs for a dry run, which becomes a proposal. */
export function askRunRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/runs",
    config: { access: APPROVERS },
    schema: {
      operationId: "askRun",
      tags: ["runs"],
      summary: "Ask for a dry run, to be proposed",
      description:
        "The jobs make the dry run and put it on record as this key's proposal; `GET /v1/runs/{id}` with the request's id says how far it is. Nothing is written to any call: once the proposal is approved (by another key where the policy says so), the jobs carry it out.",
      body: Wish,
      response: {
        202: z.object({ settings_offset: Integer, run: ListedRun }),
        ...problems,
        ...conflict,
      },
    },
    handler: async (request, reply) => {
      const wish = Wish.parse(request.body);
      const { keyId } = callerOf(request);
      const range = await readRange(wish, RANGE_DAYS_MAX.none, { zones: deps.zones, now: deps.clock() });
      const asked = {
        ...{ kind: wish.kind, from: range.from, to: range.to, scope: wish.scope },
        settings_offset: String(versionB(deps, wish.book)),
      };
      const { id, offset } = await ask(deps, asked, { actor: keyId, reason: wish.reason });
      reply.status(202);
      return { settings_offset: offset, run: { ...listedRun(deps, id), progress: null } };
    },
  });
}

async function ask(
  deps: RouteDeps,
  asked: Pick<RunRequestSetting, "kind" | "from" | "to" | "scope" | "settings_offset">,
  by: { readonly actor: string; readonly reason: string },
): Promise<{ readonly id: string; readonly offset: bigint }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const id = requestId(deps.settings.state().runRequests.size + 1);
    await actFirst(deps, {
      act: "run.requested",
      actor: by.actor,
      subject: id,
      detail: { ...asked, reason: by.reason },
    });
    const outcome = await deps.changeSettings({
      ...{ kind: "run_request", id, expected_version: 0, change_id: randomUUID(), ...by },
      value: { id, ...asked, requested_by: by.actor, state: "asked", proposal: null, detail: null },
      at: deps.clock().toISOString(),
    });
    // The number was taken in between.
    if (outcome.outcome !== "applied" && deps.settings.state().runRequests.has(id)) continue;
    return { id, offset: appliedOr(outcome).offset };
  }
  throw new Error(`no number was to be had in ${TRIES_MAX} tries`);
}

function versionB({ settings }: RouteDeps, text: string | undefined): bigint {
  if (text === undefined) return settings.state().offset;
  const read = readSettingsMoment(text);
  if (!read.ok) throw failure("REQUEST_INVALID", { faults: `book ${read.detail}` });
  const state = settingsAsOf(settings, read.value);
  if (state === null)
    throw failure("REQUEST_INVALID", { faults: `book lies ahead of offset ${settings.state().offset}` });
  return state.offset;
}
