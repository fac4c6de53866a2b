import { z } from "zod";
import { failure } from "#core/failure.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Integer, notFound, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, pageSize } from "#query-api/parameters.ts";
import { settingsChangesQuery } from "#query-api/queries/settings-changes.ts";
import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";

const text = z.string().nullable();
const Value = z.record(z.string(), z.unknown()).nullable();

const Answer = z.object({
  changes: z.array(
    z.object({
      settings_offset: Integer,
      append_time: z.string(),
      version: z.int().describe("The version that it made; 0 when it was refused."),
      outcome: z.string(),
      detail: text,
      actor: text,
      reason: text,
      before: Value,
      after: Value.describe("null: removed."),
    }),
  ),
  next_cursor: text,
});

/** Who changed a budget, when, why and from what to what; also of one that was removed. */
export function budgetHistoryRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/budgets/:id/history",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "getBudgetHistory",
      tags: ["budgets"],
      summary: "The changes of a budget, newest first",
      description: "Refused changes too. The read is recorded before the answer leaves.",
      params: z.strictObject({ id: z.string().min(1).max(512) }),
      querystring: z.strictObject({ limit: pageSize(500, 100), cursor: cursorParameter }),
      response: { 200: Answer, ...problems, ...notFound },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { id } = request.params;
        const { cursor, limit } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["budget-history", id] };
        const [before] = cursor === undefined ? [] : openCursor(binding, cursor);
        await actFirst(deps, {
          act: "settings.read",
          actor: caller.keyId,
          subject: "/v1/budgets/history",
          detail: { id, limit, further_page: before !== undefined },
        });
        const found = await reader.rows(
          settingsChangesQuery({
            ...{ kinds: ["budget"], ids: [id], rowsMax: limit + 1 },
            before: before === undefined ? null : BigInt(before),
          }),
        );
        if (found.length === 0 && before === undefined) throw failure("NOT_FOUND");
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          changes: page.map(({ change_id: _c, kind: _k, id: _i, expected_version: _e, ...row }) => ({
            ...row,
            before: shown(row.before),
            after: shown(row.after),
          })),
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.settings_offset.toString()])
              : null,
        };
      }),
  });
}

function shown(stored: string): Record<string, unknown> | null {
  return stored === "" ? null : (JSON.parse(stored) as Record<string, unknown>);
}
