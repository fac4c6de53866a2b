import type { FastifyReply } from "fastify";
import { z } from "zod";
import { whatToDo } from "#core/unpriced-notes.ts";
import { READERS } from "#query-api/access.ts";
import { answerFormat, FORMATS } from "#query-api/answer-format.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { csv } from "#query-api/csv.ts";
import { exactInteger } from "#query-api/json.ts";
import { manyOf, pageSize, to, zone } from "#query-api/parameters.ts";
import { UNPRICED_FILTERS, type UnpricedRow, unpricedQuery } from "#query-api/queries/unpriced.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";
import { UnpricedAnswer, type UnpricedGroup } from "#query-api/unpriced-answer.ts";
import { UNPRICED_COLUMNS } from "#query-api/unpriced-columns.ts";

const DAYS_DEFAULT = 90;
const RANGE_DAYS_MAX = 1830;
const filters = Object.fromEntries(
  UNPRICED_FILTERS.map((name) => [name, manyOf(`Only what has this ${name}; repeatable. Empty: not known.`)]),
) as Record<(typeof UNPRICED_FILTERS)[number], ReturnType<typeof manyOf>>;

/** What has no price, why, and what to do about it. */
export function unpricedRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/prices/unpriced",
    config: { access: READERS },
    schema: {
      operationId: "listUnpriced",
      tags: ["prices"],
      summary: "What has no price, why, and what to do",
      description:
        "Calls that began in [from, to) and are unpriced now, most first. A viewer's key sees its teams only. What was rated later is not in it. As CSV and NDJSON, `as_of`, `data_until` and the totals stand in `spendtrail-*` headers.",
      querystring: z.strictObject({
        from: z
          .string()
          .max(40)
          .optional()
          .describe(`Start, included: an instant or a date. Absent: ${DAYS_DEFAULT} days before \`to\`.`),
        to,
        tz: zone,
        ...filters,
        limit: pageSize(10_000, 1000),
        format: z.enum(FORMATS).optional().describe("Wins over the Accept header."),
      }),
      response: {
        200: {
          description: "Groups, each with what to do.",
          content: {
            "application/json": { schema: UnpricedAnswer },
            "text/csv": { schema: z.string() },
            "application/x-ndjson": { schema: z.string() },
          },
        },
        ...problems,
      },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { limit, format: asked, ...question } = request.query;
        const now = deps.clock();
        const from = question.from ?? daysBefore(question.to ?? now.toISOString());
        const range = await readRange({ ...question, from }, RANGE_DAYS_MAX, { zones: deps.zones, now });
        const standing = await readStanding(reader, deps);
        const rows = await reader.rows(unpricedQuery({ ...range, filters: question, rowsMax: limit }));
        const groups = rows[0]?.all_groups ?? 0n;
        const answer = {
          ...standing,
          ...range,
          items: rows[0]?.all_items ?? 0n,
          calls: rows[0]?.all_calls ?? 0n,
          groups,
          left_out: groups - BigInt(rows.length),
          unpriced: rows.map(groupOf),
        };
        const format = answerFormat(asked, request.headers.accept);
        return format === "json" ? answer : sendFile(reply, format, answer);
      }),
  });
}

function daysBefore(to: string): string {
  const at = Date.parse(to);
  // A date that is none is refused with the words for it.
  return Number.isNaN(at) ? to : new Date(Math.max(0, at - DAYS_DEFAULT * 86_400_000)).toISOString();
}

function groupOf(row: UnpricedRow): UnpricedGroup {
  const {
    gateway_cost,
    gateway_items,
    all_groups: _groups,
    all_items: _items,
    all_calls: _calls,
    ...rest
  } = row;
  return {
    ...rest,
    what_to_do: whatToDo(row.cost_note),
    gateway_cost: gateway_items === 0n ? null : usd(storedMoney(gateway_cost)),
    gateway_items,
  };
}

function sendFile(reply: FastifyReply, format: "csv" | "ndjson", answer: UnpricedAnswer): never {
  reply.headers({
    "content-disposition": `attachment; filename="spendtrail-unpriced.${format}"`,
    "spendtrail-as-of": answer.as_of,
    "spendtrail-data-until": answer.data_until ?? "none",
    "spendtrail-settings-offset": answer.settings_offset.toString(),
    "spendtrail-unpriced-items": answer.items.toString(),
    "spendtrail-groups-left-out": answer.left_out.toString(),
  });
  const body =
    format === "csv"
      ? csv(UNPRICED_COLUMNS, answer.unpriced)
      : answer.unpriced.map((row) => `${JSON.stringify(row, exactInteger)}\n`).join("");
  const type =
    format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson; charset=utf-8";
  // The body is finished text; the schema is for JSON answers only, so the types cannot know it.
  return reply.type(type).send(Buffer.from(body)) as never;
}
