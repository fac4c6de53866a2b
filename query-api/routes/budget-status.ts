import { z } from "zod";
import { VERDICTS } from "#core/budgets/budget-state.ts";
import { isInForce, limitAt } from "#core/budgets/limit.ts";
import { failure } from "#core/failure.ts";
import { formatMoney } from "#core/money.ts";
import { PARENTS_MAX } from "#core/settings/budget.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { READERS } from "#query-api/access.ts";
import { Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { Reckoned, reckonedAt, Standing, standingsOf } from "#query-api/budgets/standing-answer.ts";
import { seesBudget } from "#query-api/budgets/visible-budget.ts";
import { callerOf } from "#query-api/caller.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, manyOf, pageSize } from "#query-api/parameters.ts";

const Answer = z.object({
  id: z.string(),
  version: z.int(),
  in_force: z.boolean(),
  limit_usd: z.string(),
  parents: z
    .array(z.string())
    .describe("The budgets above it, the nearest first; of those that the key does not see, none."),
  ...Reckoned,
  settings_offset: Integer.describe("Up to which the figures know settings. -1: none yet."),
  standing: Standing.nullable().describe("null: not reckoned yet, or one per member."),
  members: z.array(Standing.extend({ member: z.string().describe("A pseudonym.") })),
  next_cursor: z.string().nullable().describe("Of `members`."),
});

/** How one budget stands, and of a budget per member every person in it. */
export function budgetStatusRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/budgets/:id/status",
    config: { access: READERS },
    schema: {
      operationId: "getBudgetStatus",
      tags: ["budgets"],
      summary: "How a budget stands, and each of its members",
      description: "From memory, as of the last reckoning. Members come in the order of their pseudonyms.",
      params: z.strictObject({ id: z.string().min(1).max(512) }),
      querystring: z.strictObject({
        member: manyOf("Only this person, by pseudonym; repeatable."),
        verdict: z.enum(VERDICTS).optional().describe("Only members who stand so."),
        limit: pageSize(1000, 100),
        cursor: cursorParameter,
      }),
      response: { 200: Answer, ...problems, ...notFound },
    },
    handler: (request) => {
      const caller = callerOf(request);
      const { budgets } = deps.settings.state();
      const stored = budgets.get(request.params.id);
      if (stored === undefined || !seesBudget(caller.scope, stored.value)) throw failure("NOT_FOUND");
      const { value, version } = stored;
      const { cursor, limit, ...asked } = request.query;
      const question = ["budget-status", value.id, asked];
      const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question };
      const [after = ""] = cursor === undefined ? [] : openCursor(binding, cursor);
      const nowMs = deps.clock().getTime();
      const { whole, members } = standingsOf(deps.budgets, value, nowMs);
      const behind = [...members]
        .map(([member, standing]) => ({ member, ...standing }))
        .filter(({ member, verdict }) => member > after && isAsked(asked, member, verdict))
        .sort((a, b) => (a.member < b.member ? -1 : 1));
      const page = value.mode === "pool" ? [] : behind.slice(0, limit);
      const last = page.at(-1);
      const isMore = page.length < behind.length && last !== undefined;
      return {
        ...{ id: value.id, version, in_force: isInForce(value, nowMs) },
        limit_usd: formatMoney(limitAt(value, nowMs)),
        parents: parentsOf(budgets, value.parent).filter((id) => {
          const parent = budgets.get(id);
          return parent !== undefined && seesBudget(caller.scope, parent.value);
        }),
        ...reckonedAt(deps.budgets, nowMs),
        settings_offset: BigInt(deps.budgets?.evaluator()?.settings_offset ?? -1),
        standing: value.mode === "pool" ? whole : null,
        members: page,
        next_cursor: isMore ? sealCursor(binding, [last.member]) : null,
      };
    },
  });
}

function isAsked(
  asked: { readonly member?: readonly string[] | undefined; readonly verdict?: string | undefined },
  member: string,
  verdict: string,
): boolean {
  if (asked.member !== undefined && !asked.member.includes(member)) return false;
  return asked.verdict === undefined || asked.verdict === verdict;
}

function parentsOf(budgets: SettingsState["budgets"], parent: string | null): readonly string[] {
  const above: string[] = [];
  for (let at = parent; at !== null && above.length < PARENTS_MAX; at = budgets.get(at)?.value.parent ?? null)
    above.push(at);
  return above;
}
