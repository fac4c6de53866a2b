import { z } from "zod";
import { VERDICTS } from "#core/budgets/budget-state.ts";
import { failure } from "#core/failure.ts";
import { BUDGET_SCOPES } from "#core/settings/budget.ts";
import { READERS } from "#query-api/access.ts";
import { Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { BudgetAnswer, budgetAnswer } from "#query-api/budgets/budget-answer.ts";
import { Reckoned, reckonedAt } from "#query-api/budgets/standing-answer.ts";
import { seesBudget } from "#query-api/budgets/visible-budget.ts";
import { callerOf } from "#query-api/caller.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, manyOf, pageSize } from "#query-api/parameters.ts";

const one = <Name extends string>(names: readonly Name[], description: string) =>
  z.enum(names).optional().describe(description);

/** Budgets and how each stands, from memory: nothing here asks the store. */
export function listBudgetsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/budgets",
    config: { access: READERS },
    schema: {
      operationId: "listBudgets",
      tags: ["budgets"],
      summary: "Budgets and how each stands",
      description:
        "In the order of ids. A key of some teams sees the budgets of these teams. A budget is the setting `budget` and is changed at `/v1/settings/budget/{id}`.",
      querystring: z.strictObject({
        scope: one(BUDGET_SCOPES, "Only budgets of this kind of scope."),
        scope_id: manyOf("Only budgets of this team, person, key, …; repeatable."),
        verdict: one(VERDICTS, "Only budgets that stand so, as a whole or for one of their members."),
        limit: pageSize(500, 100),
        cursor: cursorParameter,
      }),
      response: {
        200: z.object({
          ...Reckoned,
          settings_offset: Integer,
          budgets: z.array(BudgetAnswer),
          next_cursor: z.string().nullable(),
        }),
        ...problems,
      },
    },
    handler: (request) => {
      const caller = callerOf(request);
      const { cursor, limit, ...question } = request.query;
      const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["budgets", question] };
      const [after = ""] = cursor === undefined ? [] : openCursor(binding, cursor);
      const nowMs = deps.clock().getTime();
      const { budgets, offset } = deps.settings.state();
      const ids = [...budgets.values()]
        .filter(
          ({ value }) => value.id > after && seesBudget(caller.scope, value) && fits(value.scope, question),
        )
        .map(({ value }) => value.id)
        .sort();
      const page: BudgetAnswer[] = [];
      for (const id of ids) {
        const stored = budgets.get(id);
        if (stored === undefined) continue;
        const answer = budgetAnswer(stored, deps.budgets, nowMs);
        if (question.verdict === undefined || stands(answer, question.verdict)) page.push(answer);
        // One more than the page, which tells that there is more.
        if (page.length > limit) break;
      }
      const last = page[limit - 1];
      return {
        ...reckonedAt(deps.budgets, nowMs),
        settings_offset: offset,
        budgets: page.slice(0, limit),
        next_cursor: page.length > limit && last !== undefined ? sealCursor(binding, [last.id]) : null,
      };
    },
  });
}

export function getBudgetRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/budgets/:id",
    config: { access: READERS },
    schema: {
      operationId: "getBudget",
      tags: ["budgets"],
      summary: "One budget and how it stands",
      params: z.strictObject({ id: z.string().min(1).max(512) }),
      response: { 200: BudgetAnswer, ...problems, ...notFound },
    },
    handler: (request) => {
      const stored = deps.settings.state().budgets.get(request.params.id);
      if (stored === undefined || !seesBudget(callerOf(request).scope, stored.value))
        throw failure("NOT_FOUND");
      return budgetAnswer(stored, deps.budgets, deps.clock().getTime());
    },
  });
}

function fits(
  scope: { readonly kind: string; readonly id?: string },
  asked: { readonly scope?: string | undefined; readonly scope_id?: readonly string[] | undefined },
): boolean {
  if (asked.scope !== undefined && scope.kind !== asked.scope) return false;
  return asked.scope_id === undefined || asked.scope_id.includes(scope.id ?? "");
}

function stands({ standing, members }: BudgetAnswer, verdict: (typeof VERDICTS)[number]): boolean {
  return standing?.verdict === verdict || (members !== null && members[verdict] > 0);
}
