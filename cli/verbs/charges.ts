import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { csvRowsOf } from "#cli/csv-rows.ts";
import { type ImportOptions, importSettings } from "#cli/import-verb.ts";
import { tableLines } from "#cli/table.ts";
import { withSettings } from "#cli/with-settings.ts";
import { chargeRefusal, planCharges, readChargeRows } from "#core/charge-import.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import { CHARGE_PAYERS } from "#query-api/charge-costs.ts";

/** `spendtrail charges list|import|costs`. */
export function registerCharges(program: Command): void {
  const charges = program
    .command("charges")
    .description("costs that are no call: seats, commitments, credits, taxes");
  common(charges.command("list").description("list the charges on record"), [
    "spendtrail charges list",
  ]).action(listCharges);
  const read = charges
    .command("import")
    .argument("<file>", "a CSV of charges (docs/charges.md)")
    .description("show what of a file of charges is new; --apply puts it on record")
    .option("--apply", "put it on record")
    .option("--reason <text>", "why, for the history", "charge file imported at the command line");
  common(read, [
    "spendtrail charges import examples/charges/november.csv",
    "spendtrail charges import invoice.csv --apply --reason 'invoice 2026-11'",
  ]).action((file: string, options: ImportOptions) => {
    const rows = csvRowsOf(file);
    const sha256 = createHash("sha256").update(readFileSync(file)).digest("hex");
    return importSettings(file, options, readChargeRows(rows, sha256), {
      plan: planCharges,
      refusal: chargeRefusal,
    });
  });
  const costs = charges
    .command("costs")
    .description("calls and charges together, by payer and month; asks the query API")
    .requiredOption("--from <time>", "begin, an instant or a date")
    .option("--to <time>", "end, not included; default now")
    .option("--tz <zone>", "the time zone of dates and months", "UTC")
    .addOption(new Option("--by <payer>", "a line each").choices(CHARGE_PAYERS).default("team"))
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(costs, ["spendtrail charges costs --from 2026-11-01 --to 2026-12-01 --by cost_center"]).action(
    chargeCosts,
  );
}

async function listCharges(options: CommonOptions): Promise<void> {
  const charges = await withSettings(options, async ({ settings }) =>
    [...settings.state().charges.values()].map(({ value }) => value),
  );
  const rows = charges.toSorted((a, b) => (`${a.from} ${a.id}` < `${b.from} ${b.id}` ? -1 : 1));
  screenOf(options).table(
    rows,
    [
      { title: "id", text: (row: ChargeSetting) => row.id },
      { title: "kind", text: (row) => row.kind },
      { title: "vendor", text: (row) => row.vendor },
      { title: "from", text: (row) => row.from.slice(0, 10) },
      { title: "to", text: (row) => row.to.slice(0, 10) },
      { title: "amount USD", text: (row) => row.amount, align: "right" },
      { title: "paid by", text: payerOf },
      { title: "corrects", text: (row) => row.corrects ?? "-" },
    ],
    rows,
  );
}

function payerOf({ team, cost_center, split }: ChargeSetting): string {
  if (split !== null) return `split ${split}`;
  return [team, cost_center].filter((name) => name !== null).join(" ") || "(nobody)";
}

const Amount = z.object({ amount: z.string() });
const costsOf = { calls_cost: Amount, charges_cost: Amount, total_cost: Amount };
const Costs = z.looseObject({
  ...costsOf,
  by: z.string(),
  unpriced_calls: z.number(),
  rows: z.array(z.looseObject({ month: z.string(), payer: z.string().nullable(), ...costsOf })),
});

async function chargeCosts(
  options: CommonOptions & { from: string; to?: string; tz: string; by: string; url?: string },
): Promise<void> {
  const { from, to, tz, by, url } = options;
  const answer = await askApi("/v1/charges/costs", { from, to, tz, by }, { url });
  const read = Costs.parse(answer);
  const { calls_cost, charges_cost, total_cost } = read;
  const total = { month: "total", payer: "", calls_cost, charges_cost, total_cost };
  screenOf(options).answer(answer, [
    ...tableLines(
      [
        { title: "month", text: (row: typeof total) => row.month },
        { title: read.by, text: (row) => row.payer },
        { title: "calls USD", text: (row) => row.calls_cost.amount, align: "right" },
        { title: "charges USD", text: (row) => row.charges_cost.amount, align: "right" },
        { title: "total USD", text: (row) => row.total_cost.amount, align: "right" },
      ],
      [...read.rows.map((row) => ({ ...row, payer: row.payer ?? "(no team)" })), total],
    ),
    ...(read.unpriced_calls > 0
      ? ["", `${read.unpriced_calls} calls have no price and are in no cost.`]
      : []),
  ]);
}
