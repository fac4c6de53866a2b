import { z } from "zod";
import { AUDITORS } from "#query-api/access.ts";
import { Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, manyOf, pageSize } from "#query-api/parameters.ts";
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
      change_id: text,
      kind: text,
      id: text,
      expected_version: z.int(),
      version: z.int().describe("The version that it made; 0 when it was refused."),
      outcome: z.string(),
      detail: text,
      actor: text,
      reason: text,
      before: Value,
      after: Value,
    }),
  ),
  next_cursor: z.string().nullable(),
});

/** Who changed which setting, why, with before and after. */
export function settingsChangesRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/settings/changes",
    config: { access: AUDITORS },
    schema: {
      operationId: "listSettingsChanges",
      tags: ["settings"],
      summary: "The history of settings, newest first",
      description: "Refused changes too. The read is recorded before the answer leaves.",
      querystring: z.strictObject({
        kind: manyOf("Only this kind of setting; repeatable."),
        id: manyOf("Only this setting; repeatable."),
        limit: pageSize(500, 100),
        cursor: cursorParameter,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["changes", question] };
        const [before] = cursor === undefined ? [] : openCursor(binding, cursor);
        await actFirst(deps, {
          act: "settings.read",
          actor: caller.keyId,
          subject: "/v1/settings/changes",
          detail: { ...question, limit, further_page: before !== undefined },
        });
        const found = await reader.rows(
          settingsChangesQuery({
            kinds: question.kind,
            ids: question.id,
            before: before === undefined ? null : BigInt(before),
            rowsMax: limit + 1,
          }),
        );
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          changes: page.map((row) => ({ ...row, before: shown(row.before), after: shown(row.after) })),
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.settings_offset.toString()])
              : null,
        };
      }),
  });
}

/** A stored value as JSON. A key's hash is no secret that opens anything, and still nobody's business. */
function shown(stored: string): Record<string, unknown> | null {
  if (stored === "") return null;
  const { secret_sha256: _, ...value } = JSON.parse(stored) as Record<string, unknown>;
  return value;
}
