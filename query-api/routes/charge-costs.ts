import { z } from "zod";
import { failure } from "#core/failure.ts";
import { localDate } from "#core/local-time.ts";
import { addMoney } from "#core/money.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Amount, Integer, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { CHARGE_PAYERS, totalsByPayer } from "#query-api/charge-costs.ts";
import { costsBy, workOutCharges } from "#query-api/charges.ts";
import { figures } from "#query-api/cost-row.ts";
import { localMonths } from "#query-api/exports/local-months.ts";
import { from, to, zone } from "#query-api/parameters.ts";
import { readRange } from "#query-api/range.ts";
import { readCosts } from "#query-api/read-costs.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";

const MONTHS_MAX = 36;

const Answer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  by: z.enum(CHARGE_PAYERS),
  calls_cost: Amount.describe("Of all calls, as `/v1/costs` has it."),
  charges_cost: Amount,
  total_cost: Amount,
  unpriced_calls: Integer.describe("They are in no cost."),
  rows: z.array(
    z.object({
      month: z.string().describe("Its first day in `tz`."),
      payer: z
        .string()
        .nullable()
        .describe("The team or cost centre. null: no team; UNALLOCATED: no cost centre."),
      calls_cost: Amount,
      charges_cost: Amount,
      total_cost: Amount,
    }),
  ),
});

/** What each team or cost centre pays in all, month by month: its calls and its part of what is no call. */
export function chargeCostsRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/charges/costs",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "getChargeCosts",
      tags: ["charges"],
      summary: "Calls and charges together, by payer and month",
      description: `A charge counts whole in the month that its period begins in. At most ${MONTHS_MAX} months.`,
      querystring: z.strictObject({ from, to, tz: zone, by: z.enum(CHARGE_PAYERS).default("team") }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { by } = request.query;
        const now = deps.clock();
        const range = await readRange(request.query, MONTHS_MAX * 31, { zones: deps.zones, now });
        const standing = await readStanding(reader, deps);
        const settings = deps.settings.state();
        const months = localMonths(range.from, range.to, range.tz);
        if (months.length > MONTHS_MAX)
          throw failure("QUERY_TOO_WIDE", { rowsMax: MONTHS_MAX, narrow: "Ask for fewer months." });
        const rows = [];
        let unpriced = 0n;
        for (const month of months) {
          const values = { ...month, tz: "UTC", filters: {}, rowsMax: 2 };
          const all = figures((await readCosts(reader, EVERYTHING, values, "auto")).sums);
          unpriced += all.unpriced_calls;
          const calls = await costsBy(reader, by, month);
          const worked = await workOutCharges(reader, settings, month);
          const first = localDate(Date.parse(month.from), range.tz);
          for (const row of totalsByPayer(by, calls, storedMoney(all.cost.amount), worked))
            rows.push({ month: first, ...row });
        }
        return {
          ...standing,
          ...range,
          by,
          calls_cost: usd(addMoney(rows.map((row) => row.calls))),
          charges_cost: usd(addMoney(rows.map((row) => row.charges))),
          total_cost: usd(addMoney(rows.map((row) => row.total))),
          unpriced_calls: unpriced,
          rows: rows.map(({ month, payer, calls, charges, total }) => ({
            month,
            payer,
            calls_cost: usd(calls),
            charges_cost: usd(charges),
            total_cost: usd(total),
          })),
        };
      }),
  });
}

const EVERYTHING = { granularity: "none", groupBy: [], filters: [], order: "name" } as const;
