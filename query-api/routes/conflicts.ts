import { z } from "zod";
import { formatMoney } from "#core/money.ts";
import { AUDITORS } from "#query-api/access.ts";
import { Amount, Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, from, pageSize, to, zone } from "#query-api/parameters.ts";
import {
  CONFLICT_STATES,
  type ConflictCopy,
  conflictCountsQuery,
  conflictsQuery,
} from "#query-api/queries/conflicts.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";
import { storedMoney } from "#query-api/stored-money.ts";

const RANGE_DAYS_MAX = 400;

const Copy = z.object({
  event_id: z.string(),
  bucket: z.string().describe("Start of the five minutes that the event is in, UTC."),
  gateway_team: z.string().nullable(),
  model: z.string().nullable(),
  session_id: z.string().nullable(),
  epoch: Integer,
  topic: z.string(),
  partition: z.int(),
  offset: Integer,
  element: z.int(),
  append_time: z.string(),
  team: z.string().nullable().describe("Who pays, or would have paid. null: the store has the row no more."),
  cost: Amount.nullable().describe("null: unpriced, or the store has the row no more."),
});

const Answer = z.object({
  as_of: z.string(),
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  summary: z.array(z.object({ state: z.enum(CONFLICT_STATES), conflicts: Integer })),
  conflicts: z.array(
    z.object({
      event_id: z.string(),
      what: z.string().describe("`request`, `response`, `part` or `audit`."),
      kind: z
        .string()
        .describe("`other_key`, `other_partition`, `other_content` or `live_twice`; docs/conflicts.md."),
      state: z.enum(CONFLICT_STATES),
      differs: z.array(z.string()).describe("In which columns, or paths of the record."),
      found_at: z.string(),
      changed_at: z.string(),
      stands: Copy.describe("The copy that counts."),
      lost: Copy.describe("The copy that does not."),
    }),
  ),
  next_cursor: z.string().nullable(),
});

/** The same identity under another key or partition, or with other content: what counts, and what was taken back. */
export function conflictsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/audit/conflicts",
    config: { access: AUDITORS },
    schema: {
      operationId: "listConflicts",
      tags: ["audit"],
      summary: "One identity that was recorded differently, and which copy counts",
      description:
        "By when they were found, newest first. `found` is not reversed yet; in every other state sums are exact. The read is recorded before the answer leaves.",
      querystring: z.strictObject({
        from,
        to,
        tz: zone,
        state: z
          .preprocess(
            (value) => (typeof value === "string" ? [value] : value),
            z.array(z.enum(CONFLICT_STATES)).max(CONFLICT_STATES.length),
          )
          .optional()
          .describe("Only conflicts in this state; repeatable."),
        limit: pageSize(500, 100),
        cursor: cursorParameter,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["conflicts", question] };
        const place = cursor === undefined ? null : openCursor(binding, cursor);
        // The end of the first page holds for all of them.
        const range = await readRange({ ...question, to: place?.[2] ?? question.to }, RANGE_DAYS_MAX, {
          zones: deps.zones,
          now: deps.clock(),
        });
        await actFirst(deps, {
          act: "audit.read",
          actor: caller.keyId,
          subject: "/v1/audit/conflicts",
          detail: { ...question, ...range, limit, further_page: place !== null },
        });
        const filter = { from: range.from, to: range.to, states: question.state };
        const summary = await reader.rows(conflictCountsQuery(filter));
        const [foundAt, lastPlace] = place ?? [];
        const after = foundAt === undefined || lastPlace === undefined ? null : { foundAt, place: lastPlace };
        const found = await reader.rows(conflictsQuery({ ...filter, after, rowsMax: limit + 1 }));
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          as_of: deps.clock().toISOString(),
          ...range,
          summary,
          conflicts: page.map(({ place: _, stands, lost, ...rest }) => ({
            ...rest,
            stands: shown(stands),
            lost: shown(lost),
          })),
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.found_at, last.place, range.to])
              : null,
        };
      }),
  });
}

function shown({ cost_usd, ...copy }: ConflictCopy) {
  const cost =
    cost_usd === null ? null : { amount: formatMoney(storedMoney(cost_usd)), currency: "USD" as const };
  return { ...copy, cost };
}
