import type { Command } from "commander";
import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { type Column, tableLines } from "#cli/table.ts";

const Amount = z.object({ amount: z.string(), currency: z.string() });
const Row = z.object({
  model: z.string().nullable(),
  source: z.string(),
  both_calls: z.number(),
  ours: Amount,
  gateway: Amount,
  difference: Amount,
  percent: z.string().nullable(),
  agree_exactly: z.number(),
  agree_within: z.number(),
  only_ours_calls: z.number(),
  only_gateway_calls: z.number(),
});
type Row = z.infer<typeof Row>;
/** Of an answer of `GET /v1/costs/variance`, what is shown. */
const Answer = z.object({
  from: z.string(),
  to: z.string(),
  tolerance: z.string(),
  totals: Row.omit({ model: true, source: true }),
  rows: z.array(Row),
  other_currencies: z.array(z.object({ source: z.string(), calls: z.number(), gateway: Amount })),
  largest: z.array(z.object({ event_id: z.string(), difference: Amount })),
});

interface Options extends CommonOptions {
  readonly from: string;
  readonly to?: string;
  readonly model: readonly string[];
  readonly source: readonly string[];
  readonly tolerance?: string;
  readonly url?: string;
}

/** `spendtrail costs variance`: the gateway's own figures beside ours. */
export function registerCostsVariance(costs: Command): void {
  const command = costs
    .command("variance")
    .description("the gateway's own figures beside ours, by model and source; asks the query API")
    .requiredOption("--from <time>", "begin, an instant or a date")
    .option("--to <time>", "end, not included; default now")
    .option("--model <model>", "only this model; repeatable", listOption, [])
    .option("--source <name>", "only this source; repeatable", listOption, [])
    .option("--tolerance <usd>", "two figures of a call this close differ by rounding; default 0.000001")
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(command, [
    "spendtrail costs variance --from 2026-11-01 --to 2026-12-01",
    "spendtrail costs variance --from 2026-11-01 --source litellm-prod --json",
  ]).action(variance);
}

async function variance({ from, to, model, source, tolerance, url, ...options }: Options) {
  const asked = { from, to, model, source, tolerance };
  const answer = await askApi("/v1/costs/variance", asked, { url });
  const read = Answer.parse(answer);
  const total = { ...read.totals, model: "total", source: "" };
  screenOf(options).answer(answer, [
    ...tableLines(COLUMNS, [...read.rows, total]),
    "",
    `${read.from} to ${read.to}; difference: the gateway's figure less ours; rounding: up to ${read.tolerance} USD`,
    ...read.other_currencies.map(
      (one) => `${one.calls} calls of ${one.source} are in ${one.gateway.currency} and are not compared.`,
    ),
    ...read.largest.map((one) => `${one.difference.amount} USD: spendtrail explain ${one.event_id}`),
  ]);
}

const count = (value: number) => value.toLocaleString("en-US");
const COLUMNS: readonly Column<Row>[] = [
  { title: "model", text: ({ model }) => model ?? "(not known)" },
  { title: "source", text: ({ source }) => source },
  { title: "compared", text: (row) => count(row.both_calls), align: "right" },
  { title: "ours USD", text: (row) => row.ours.amount, align: "right" },
  { title: "gateway USD", text: (row) => row.gateway.amount, align: "right" },
  { title: "difference", text: (row) => row.difference.amount, align: "right" },
  { title: "%", text: (row) => row.percent ?? "-", align: "right" },
  { title: "equal", text: (row) => count(row.agree_exactly), align: "right" },
  { title: "within rounding", text: (row) => count(row.agree_within), align: "right" },
  { title: "only ours", text: (row) => count(row.only_ours_calls), align: "right" },
  { title: "only gateway", text: (row) => count(row.only_gateway_calls), align: "right" },
];
