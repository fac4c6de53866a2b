import type { FastifyReply } from "fastify";
import { z } from "zod";
import { failure } from "#core/failure.ts";
import { READERS } from "#query-api/access.ts";
import { answerFormat, FORMATS } from "#query-api/answer-format.ts";
import { Amount, Integer, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { costColumns } from "#query-api/cost-columns.ts";
import { CostRow, costRow, Figures, figures } from "#query-api/cost-row.ts";
import { csv } from "#query-api/csv.ts";
import { DIMENSIONS } from "#query-api/dimensions.ts";
import { GRANULARITIES, RANGE_DAYS_MAX } from "#query-api/granularity.ts";
import { exactInteger } from "#query-api/json.ts";
import { from, manyOf, to, zone } from "#query-api/parameters.ts";
import { COST_ORDERS, costsQuery } from "#query-api/queries/costs.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";

/** More rows than this are refused, never cut: a cut table is a wrong total. */
export const COST_ROWS_MAX = { json: 10_000, csv: 50_000, ndjson: 50_000 } as const;

const filters = Object.fromEntries(
  DIMENSIONS.map((name) => [name, manyOf(`Only calls with this ${name}; repeatable. Empty: not known.`)]),
) as Record<(typeof DIMENSIONS)[number], ReturnType<typeof manyOf>>;

const Query = z.strictObject({
  from,
  to,
  tz: zone,
  granularity: z
    .enum(GRANULARITIES)
    .default("none")
    .describe("Periods of local time; weeks begin on Monday."),
  group_by: z
    .preprocess(
      (value) => (Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : value),
      z
        .array(z.enum(DIMENSIONS))
        .max(DIMENSIONS.length)
        .refine((names) => new Set(names).size === names.length, "names a dimension twice")
        .default([]),
    )
    .describe("Dimensions to group by, repeated or separated by commas."),
  ...filters,
  order: z
    .enum(COST_ORDERS)
    .default("cost")
    .describe("Within a period: dearest first, most calls first, or by name."),
  format: z.enum(FORMATS).optional().describe("Wins over the Accept header."),
});

const Answer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  granularity: z.enum(GRANULARITIES),
  group_by: z.array(z.enum(DIMENSIONS)),
  unpriced_calls: Integer,
  gateway_calls: Integer,
  gateway_cost: Amount,
  totals: Figures,
  rows: z.array(CostRow),
});
type Answer = z.infer<typeof Answer>;

/** What teams spent. */
export function costsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/costs",
    config: { access: READERS },
    schema: {
      operationId: "getCosts",
      tags: ["costs"],
      summary: "Costs and usage of calls, grouped",
      description: `Sums of the calls that began in [from, to). A viewer's key sees its teams only. At most ${COST_ROWS_MAX.json} rows as JSON and ${COST_ROWS_MAX.csv} as CSV or NDJSON; more is an error. As CSV and NDJSON, \`as_of\`, \`data_until\` and the rest stand in \`spendtrail-*\` headers.`,
      querystring: Query,
      response: {
        200: { description: "Figures, exact to the last digit.", content: answerContent() },
        ...problems,
      },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { query } = request;
        const range = await readRange(query, RANGE_DAYS_MAX[query.granularity], {
          zones: deps.zones,
          now: deps.clock(),
        });
        const format = answerFormat(query.format, request.headers.accept);
        const shape = { granularity: query.granularity, groupBy: query.group_by, order: query.order };
        const asked = DIMENSIONS.filter((name) => query[name] !== undefined);
        const rowsMax = COST_ROWS_MAX[format];
        const standing = await readStanding(reader, deps);
        const sums = await reader.rows(
          costsQuery({ ...shape, filters: asked }, { ...range, filters: query, rowsMax: rowsMax + 1 }),
        );
        if (sums.length > rowsMax) throw failure("QUERY_TOO_WIDE", { rowsMax, narrow: NARROW });
        const rows = sums.map((group) => costRow(group, { ...shape, tz: range.tz }));
        const totals = figures(sums);
        const { unpriced_calls, gateway_calls, cost_by_status } = totals;
        const about = { ...standing, ...range, granularity: query.granularity, group_by: query.group_by };
        const left = { unpriced_calls, gateway_calls, gateway_cost: cost_by_status.gateway };
        const answer: Answer = { ...about, ...left, totals, rows };
        return format === "json" ? answer : sendFile(reply, format, answer);
      }),
  });
}

const NARROW = "Ask for a shorter range, a coarser granularity, fewer dimensions in group_by, or filter.";

function answerContent() {
  return {
    "application/json": { schema: Answer },
    "text/csv": { schema: z.string() },
    "application/x-ndjson": { schema: z.string() },
  };
}

function sendFile(reply: FastifyReply, format: "csv" | "ndjson", answer: Answer): never {
  reply.headers({
    "content-disposition": `attachment; filename="spendtrail-costs.${format}"`,
    "spendtrail-as-of": answer.as_of,
    "spendtrail-data-until": answer.data_until ?? "none",
    "spendtrail-settings-offset": answer.settings_offset.toString(),
    "spendtrail-unpriced-calls": answer.unpriced_calls.toString(),
    "spendtrail-gateway-calls": answer.gateway_calls.toString(),
  });
  const body =
    format === "csv"
      ? csv(costColumns(answer.granularity, answer.group_by), answer.rows)
      : answer.rows.map((row) => `${JSON.stringify(row, exactInteger)}\n`).join("");
  // The body is finished text; the schema is for JSON answers only, so the types cannot know it.
  return reply
    .type(
      format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson; charset=utf-8",
    )
    .send(Buffer.from(body)) as never;
}
