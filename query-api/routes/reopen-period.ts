import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { PeriodId, type PeriodSetting } from "#core/settings/period.ts";
import { BOOKKEEPERS } from "#query-api/access.ts";
import { conflict, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { callerOf } from "#query-api/caller.ts";
import { changePeriod, type PeriodStep, periodOf } from "#query-api/periods/change-period.ts";
import { PeriodChanged } from "#query-api/routes/open-period.ts";

const params = z.strictObject({ id: PeriodId });
const Reason = z.strictObject({ reason: Text });
const response = { 200: PeriodChanged, ...problems, ...notFound, ...conflict };

/** Asks for a closed period to be opened; one that is only soft-closed is opened by it. */
export function askToReopenRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/periods/:id/reopening",
    config: { access: BOOKKEEPERS },
    schema: {
      operationId: "askToReopenPeriod",
      tags: ["periods"],
      summary: "Ask for a period to be reopened",
      description: "A closed one stays closed until another key approves. A soft-closed one is open at once.",
      params,
      body: Reason,
      response,
    },
    handler: (request) => {
      const { reason } = Reason.parse(request.body);
      const actor = callerOf(request).keyId;
      return step(deps, request.params.id, (period) =>
        period.state === "closed"
          ? [
              { ...period, reopening: { requested_by: actor, requested_at: now(deps), reason } },
              by("ask_to_reopen"),
            ]
          : [{ ...period, state: "open", soft_closed_at: null }, by("reopen")],
      );
      function by(name: PeriodStep["step"]): PeriodStep {
        return { step: name, actor, reason };
      }
    },
  });
}

export function withdrawReopeningRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "DELETE",
    url: "/v1/periods/:id/reopening",
    config: { access: BOOKKEEPERS },
    schema: {
      operationId: "withdrawReopening",
      tags: ["periods"],
      summary: "Withdraw the wish to reopen a period, or turn it down",
      params,
      querystring: Reason,
      response,
    },
    handler: (request) => {
      const by = { step: "withdraw", actor: callerOf(request).keyId, reason: request.query.reason } as const;
      return step(deps, request.params.id, (period) => [{ ...period, reopening: null }, by]);
    },
  });
}

/** The second of two: the fold refuses the key that asked. */
export function approveReopeningRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "POST",
    url: "/v1/periods/:id/reopening/approval",
    config: { access: BOOKKEEPERS },
    schema: {
      operationId: "approveReopening",
      tags: ["periods"],
      summary: "Approve the reopening that another key asked for",
      params,
      body: Reason,
      response,
    },
    handler: (request) => {
      const { reason } = Reason.parse(request.body);
      const actor = callerOf(request).keyId;
      const approval = { approved_by: actor, approved_at: now(deps), approval: reason };
      return step(deps, request.params.id, (period) => [
        reopened(period, approval),
        { step: "reopen", actor, reason, detail: { requested_by: period.reopening?.requested_by ?? null } },
      ]);
    },
  });
}

/** Open again, with what was closed and who took it back on record. What is not there, the rules refuse. */
function reopened(
  period: PeriodSetting,
  approval: Pick<PeriodSetting["reopenings"][number], "approved_by" | "approved_at" | "approval">,
): PeriodSetting {
  const { reopening, closed_at, snapshot, reopenings } = period;
  const open = { ...period, state: "open" as const, soft_closed_at: null, closed_at: null, snapshot: null };
  if (reopening === null || closed_at === null || snapshot === null) return open;
  const entry = { ...reopening, ...approval, closed_at, sha256: snapshot.sha256 };
  return { ...open, reopening: null, reopenings: [...reopenings, entry] };
}

async function step(
  deps: RouteDeps,
  id: string,
  next: (period: PeriodSetting) => readonly [PeriodSetting, PeriodStep],
) {
  const { value: period, version: expected } = periodOf(deps, id);
  const [value, by] = next(period);
  return { id, ...(await changePeriod(deps, id, { value, expected }, by)), state: value.state };
}

function now(deps: RouteDeps): string {
  return deps.clock().toISOString();
}
