import { type Command, Option } from "commander";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { Costs, costColumns, totalsRow } from "#cli/costs-table.ts";
import { listOption } from "#cli/port-option.ts";
import { tableLines } from "#cli/table.ts";
import { registerCostsVariance } from "#cli/verbs/costs-variance.ts";
import { WEEK_DAYS } from "#core/calendar.ts";
import { BASES } from "#query-api/costs-question.ts";
import { DIMENSIONS } from "#query-api/dimensions.ts";
import { GRANULARITIES } from "#query-api/granularity.ts";

const DAYS_DEFAULT = 30;

interface Options extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tz: string;
  readonly granularity: string;
  readonly weekStart: string;
  readonly fiscalStart: string;
  readonly groupBy: readonly string[];
  readonly team: readonly string[];
  readonly model: readonly string[];
  readonly session: readonly string[];
  readonly currency: string;
  readonly movers?: boolean;
  readonly bookAsOf?: string;
  readonly basis: string;
  readonly url?: string;
}

/** `spendtrail costs`: what the query API answers at `/v1/costs`, as a table. */
export function registerCosts(program: Command): void {
  const command = program
    .command("costs")
    .description("what teams spent, as a table; asks the query API")
    .option("--from <time>", `begin, an instant or a date; default ${DAYS_DEFAULT} days before --to`)
    .option("--to <time>", "end, not included; default now")
    .option("--tz <zone>", "the time zone of dates and periods", "UTC")
    .addOption(
      new Option("--granularity <period>", "one row a period").choices([...GRANULARITIES]).default("none"),
    )
    .addOption(
      new Option("--week-start <day>", "the day that weeks begin on")
        .choices([...WEEK_DAYS])
        .default("monday"),
    )
    .option("--fiscal-start <mm-dd>", "the day that the fiscal year begins on", "01-01")
    .option(
      "--group-by <names>",
      `dimensions between commas: ${DIMENSIONS.join(", ")} (as tag:<key>)`,
      listOption,
      [],
    )
    .option("--team <team>", "only this team; repeatable", listOption, [])
    .option("--model <model>", "only this model; repeatable", listOption, [])
    .option("--session <id>", "only this session; repeatable", listOption, [])
    .option("--movers", "compared with the range before; what moved most comes first")
    .option("--currency <code>", "the cost in this currency too, by the rate in the settings", "USD")
    .addOption(
      new Option("--basis <basis>", "calls when they began, or as the books have them (docs/periods.md)")
        .choices(BASES)
        .default("usage"),
    )
    .option(
      "--book-as-of <when>",
      "as believed then: an instant, an offset of the settings, or run-3 (all calls of now, corrected by the runs to that one)",
    )
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(command, [
    "spendtrail costs --group-by team,model",
    "spendtrail costs --from 2026-11-01 --to 2026-12-01 --group-by team --movers",
    "spendtrail costs --from 2026-11-01 --to 2026-12-01 --tz Europe/Berlin --granularity day --team search",
  ]).action(costs);
  registerCostsVariance(command);
}

async function costs(options: Options): Promise<void> {
  const groupBy = options.groupBy.length > 0 ? options.groupBy : ["team"];
  const to = options.to ?? new Date().toISOString();
  const answer = await askApi(
    "/v1/costs",
    {
      from: options.from ?? daysBefore(to),
      to,
      tz: options.tz,
      granularity: options.granularity,
      week_start: options.weekStart,
      fiscal_start: options.fiscalStart,
      group_by: groupBy,
      team: options.team,
      model: options.model,
      session: options.session,
      currency: options.currency,
      book_as_of: options.bookAsOf,
      basis: options.basis,
      ...(options.movers === true ? { compare: "previous", order: "change" } : {}),
    },
    { url: options.url },
  );
  const read = Costs.parse(answer);
  const hasPeriods = options.granularity !== "none";
  const rows = [...read.rows, totalsRow(read, groupBy.map(dimensionOf), hasPeriods)];
  screenOf(options).answer(answer, [
    ...tableLines(costColumns(groupBy.map(dimensionOf), hasPeriods, read), rows),
    "",
    ...standing(read),
  ]);
}

/** With which knowledge the figures were made, in words. */
function standing(read: Costs): string[] {
  const { unpriced_calls: unpriced, gateway_calls: gateway } = read.totals;
  const fallback = read.totals.fallback_estimate_usd;
  const range = `${read.from} to ${read.to} (${read.tz}); data until ${read.data_until ?? "nothing yet"}`;
  const rate = read.converted_by;
  const then = read.book_as_of;
  return [
    range,
    ...(then === undefined
      ? []
      : [
          `as believed with run ${then.epoch} as the last one, over what was ingested until ${then.ingested_until}`,
        ]),
    ...(rate === undefined
      ? []
      : [`1 USD = ${rate.per_usd} ${rate.currency} (${rate.rate_type}, ${rate.source}, ${rate.stated_on})`]),
    ...(unpriced > 0
      ? [`${unpriced} calls have no price and are in no cost: spendtrail prices unpriced`]
      : []),
    ...(fallback === null
      ? []
      : [`Budgets take them for ${fallback} USD, by the fallback rates; that is in no cost either.`]),
    ...(gateway > 0
      ? [`${gateway} calls have no price of ours and stand at the gateway's figure, apart from the cost.`]
      : []),
  ];
}

function daysBefore(to: string): string {
  const at = Date.parse(to);
  // A date that is none is the API's to refuse, with its own words.
  return Number.isNaN(at) ? to : new Date(at - DAYS_DEFAULT * 86_400_000).toISOString();
}

/** How an answer's row names it. */
function dimensionOf(name: string): string {
  return name.startsWith("tag:") ? "tag" : name;
}
