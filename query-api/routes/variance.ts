import type { FastifyReply } from "fastify";
import { z } from "zod";
import { failure } from "#core/failure.ts";
import { READERS } from "#query-api/access.ts";
import { answerFormat } from "#query-api/answer-format.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { csv } from "#query-api/csv.ts";
import { RANGE_DAYS_MAX } from "#query-api/granularity.ts";
import { from, manyOf, to, zone } from "#query-api/parameters.ts";
import { largestDifferencesQuery, otherCurrenciesQuery, varianceQuery } from "#query-api/queries/variance.ts";
import { partRowsQuery, VARIANCE_FILTERS, type VarianceQuestion } from "#query-api/queries/variance-rows.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import type { Reader } from "#query-api/reader.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";
import { VarianceAnswer, varianceFigures, varianceRow } from "#query-api/variance-answer.ts";
import { varianceColumns } from "#query-api/variance-columns.ts";

const ROWS_MAX = 10_000;
const CURRENCIES_MAX = 1000;
const LARGEST_MAX = 100;
const filters = Object.fromEntries(
  VARIANCE_FILTERS.map((name) => [
    name,
    manyOf(`Only calls with this ${name}; repeatable. Empty: not known.`),
  ]),
) as Record<(typeof VARIANCE_FILTERS)[number], ReturnType<typeof manyOf>>;

const Query = z.strictObject({
  from,
  to,
  tz: zone,
  granularity: z.enum(["none", "day"]).default("none").describe("`day`: one row a local day."),
  ...filters,
  tolerance: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,12})?$/, "is no decimal of US dollars with at most 12 places")
    .default("0.000001")
    .describe("Two figures of one call that differ by at most this, in USD, differ by rounding."),
  largest: z
    .preprocess(
      (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value),
      z.int().min(0).max(LARGEST_MAX).default(10),
    )
    .describe(`How many single calls are named, at most ${LARGEST_MAX}.`),
  format: z.enum(["json", "csv"]).optional().describe("Wins over the Accept header."),
});

/** The gateway's own figure beside ours. */
export function varianceRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/costs/variance",
    config: { access: READERS },
    schema: {
      operationId: "getVariance",
      tags: ["costs"],
      summary: "The gateway's own figures beside ours, by model and source",
      description: `Of the calls that began in [from, to), most different first. A call and its further parts are one figure, as the gateway states it. A viewer's key sees its teams only. At most ${ROWS_MAX} rows; more is an error.`,
      querystring: Query,
      response: {
        200: {
          description: "Figures, exact to the last digit.",
          content: { "application/json": { schema: VarianceAnswer }, "text/csv": { schema: z.string() } },
        },
        ...problems,
      },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { granularity, tolerance, largest, format, ...asked } = request.query;
        const range = await readRange(asked, RANGE_DAYS_MAX[granularity], {
          zones: deps.zones,
          now: deps.clock(),
        });
        const standing = await readStanding(reader, deps);
        const question = { ...range, tolerance, filters: asked };
        const answer = {
          ...standing,
          ...range,
          granularity,
          tolerance,
          ...(await readVariance(reader, question, granularity === "day", largest)),
        };
        const wish = answerFormat(format, request.headers.accept);
        return wish === "csv" ? sendCsv(reply, answer) : answer;
      }),
  });
}

async function readVariance(reader: Reader, question: VarianceQuestion, byDay: boolean, largestMax: number) {
  const [parts] = await reader.rows(partRowsQuery(question));
  const hasParts = (parts?.parts ?? 0n) > 0n;
  const sums = await reader.rows(varianceQuery(question, { byDay, hasParts }, ROWS_MAX + 1));
  if (sums.length > ROWS_MAX)
    throw failure("QUERY_TOO_WIDE", { rowsMax: ROWS_MAX, narrow: "Ask for a shorter range, or filter." });
  const totals = varianceFigures(sums);
  const others =
    totals.other_currency_calls === 0n
      ? []
      : await reader.rows(otherCurrenciesQuery(question, hasParts, CURRENCIES_MAX));
  const largest =
    largestMax === 0 || totals.agree_within === totals.both_calls
      ? []
      : await reader.rows(largestDifferencesQuery(question, hasParts, largestMax));
  const money = (text: string) => usd(storedMoney(text));
  return {
    totals,
    rows: sums.map(varianceRow),
    other_currencies: others.map(({ theirs, ours, currency, ...rest }) => ({
      ...rest,
      gateway: { ...money(theirs), currency },
      ours: money(ours),
    })),
    largest: largest.map(({ call, at, our_figure, their_figure, difference, ...rest }) => ({
      ...rest,
      event_id: call,
      event_time: at,
      ours: money(our_figure),
      gateway: money(their_figure),
      difference: money(difference),
      explain: `/v1/costs/explain?event=${call}`,
    })),
  };
}

function sendCsv(reply: FastifyReply, answer: VarianceAnswer): never {
  reply.headers({
    "content-disposition": 'attachment; filename="spendtrail-variance.csv"',
    "spendtrail-as-of": answer.as_of,
    "spendtrail-data-until": answer.data_until ?? "none",
    "spendtrail-settings-offset": answer.settings_offset.toString(),
  });
  const body = csv(varianceColumns(answer.granularity === "day"), answer.rows);
  // The body is finished text; the schema is for JSON answers only, so the types cannot know it.
  return reply.type("text/csv; charset=utf-8; header=present").send(Buffer.from(body)) as never;
}
