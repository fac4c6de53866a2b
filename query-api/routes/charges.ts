import { z } from "zod";
import { failure } from "#core/failure.ts";
import { addMoney } from "#core/money.ts";
import { CHARGE_KINDS, ChargeSetting } from "#core/settings/charge.ts";
import { amountOf } from "#core/split-charge.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Amount, Integer, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { bookAsOf, settingsOfThen } from "#query-api/book-as-of.ts";
import { workOutCharges } from "#query-api/charges.ts";
import { from, to, zone } from "#query-api/parameters.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";
import { usd } from "#query-api/stored-money.ts";

const CHARGES_MAX = 10_000;
export const CHARGE_DAYS_MAX = 3_660;

const { amount: _amount, currency: _currency, ...fields } = ChargeSetting.shape;
const Part = z.object({
  team: z.string().nullable(),
  cost_center: z.string().nullable().describe("null: UNALLOCATED."),
  amount: Amount,
});

const Answer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  total: Amount,
  charges: z.array(
    z.object({
      ...fields,
      amount: Amount,
      recorded_offset: Integer.describe("The offset in the settings log at which it came in."),
      parts: z.array(Part).describe("Who has what of it; they add up to the amount exactly."),
    }),
  ),
});

/** Costs that are no call, each with its parts. */
export function chargesRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/charges",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listCharges",
      tags: ["charges"],
      summary: "Costs that are no call, with their parts",
      description: `The charges whose period begins in [from, to). At most ${CHARGES_MAX}; more is an error.`,
      querystring: z.strictObject({
        from,
        to,
        tz: zone,
        kind: z.enum(CHARGE_KINDS).optional(),
        vendor: z.string().max(512).optional(),
        book_as_of: bookAsOf,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { kind, vendor, book_as_of } = request.query;
        const now = deps.clock();
        const range = await readRange(request.query, CHARGE_DAYS_MAX, { zones: deps.zones, now });
        const standing = await readStanding(reader, deps);
        const settings = settingsOfThen(deps.settings, book_as_of);
        const asked = [...settings.charges]
          .filter(([, { value }]) => kind === undefined || value.kind === kind)
          .filter(([, { value }]) => vendor === undefined || value.vendor === vendor);
        const worked = await workOutCharges(reader, { ...settings, charges: new Map(asked) }, range);
        if (worked.length > CHARGES_MAX)
          throw failure("QUERY_TOO_WIDE", { rowsMax: CHARGES_MAX, narrow: "Ask for a shorter range." });
        return {
          ...standing,
          settings_offset: settings.offset,
          ...range,
          total: usd(addMoney(worked.map(({ charge }) => amountOf(charge.value)))),
          charges: worked.map(({ charge, parts }) => ({
            ...charge.value,
            amount: usd(amountOf(charge.value)),
            recorded_offset: charge.offset,
            parts: parts.map((part) => ({ ...part, amount: usd(part.amount) })),
          })),
        };
      }),
  });
}
