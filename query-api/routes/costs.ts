import type { FastifyReply } from "fastify";
import { z } from "zod";
import { READERS } from "#query-api/access.ts";
import { answerCosts } from "#query-api/answer-costs.ts";
import { answerFormat } from "#query-api/answer-format.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { costColumns } from "#query-api/cost-columns.ts";
import { CostsAnswer } from "#query-api/costs-answer.ts";
import { CostsQuestion } from "#query-api/costs-question.ts";
import { csv } from "#query-api/csv.ts";
import { exactInteger } from "#query-api/json.ts";
import { readFor } from "#query-api/read-for.ts";

/** More rows than this are refused, never cut: a cut table is a wrong total. */
export const COST_ROWS_MAX = { json: 10_000, csv: 50_000, ndjson: 50_000 } as const;

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
      querystring: CostsQuestion,
      response: {
        200: { description: "Figures, exact to the last digit.", content: answerContent() },
        ...problems,
      },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const format = answerFormat(request.query.format, request.headers.accept);
        const answer = await answerCosts(reader, deps, request.query, COST_ROWS_MAX[format]);
        return format === "json" ? answer : sendFile(reply, format, answer);
      }),
  });
}

function answerContent() {
  return {
    "application/json": { schema: CostsAnswer },
    "text/csv": { schema: z.string() },
    "application/x-ndjson": { schema: z.string() },
  };
}

function sendFile(reply: FastifyReply, format: "csv" | "ndjson", answer: CostsAnswer): never {
  reply.headers({
    "content-disposition": `attachment; filename="spendtrail-costs.${format}"`,
    "spendtrail-as-of": answer.as_of,
    "spendtrail-data-until": answer.data_until ?? "none",
    "spendtrail-read-from": answer.read_from,
    "spendtrail-basis": answer.basis,
    "spendtrail-settings-offset": answer.settings_offset.toString(),
    "spendtrail-unpriced-calls": answer.unpriced_calls.toString(),
    "spendtrail-gateway-calls": answer.gateway_calls.toString(),
    ...(answer.book_as_of === undefined
      ? {}
      : {
          "spendtrail-book-as-of": `${answer.book_as_of.settings_offset};epoch=${answer.book_as_of.epoch};until=${answer.book_as_of.ingested_until}`,
        }),
    ...(answer.converted_by === undefined
      ? {}
      : {
          "spendtrail-currency-rate": `${answer.converted_by.rate_id};version=${answer.converted_by.rate_version}`,
        }),
  });
  const body =
    format === "csv"
      ? csv(costColumns(answer), answer.rows)
      : answer.rows.map((row) => `${JSON.stringify(row, exactInteger)}\n`).join("");
  // The body is finished text; the schema is for JSON answers only, so the types cannot know it.
  return reply
    .type(
      format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson; charset=utf-8",
    )
    .send(Buffer.from(body)) as never;
}
