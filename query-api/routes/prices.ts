import { z } from "zod";
import { DiscountSetting } from "#core/settings/discount.ts";
import { PriceSetting } from "#core/settings/price.ts";
import { READERS } from "#query-api/access.ts";
import { Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { bookAsOf, settingsOfThen } from "#query-api/book-as-of.ts";
import { callerOf } from "#query-api/caller.ts";

const Answer = z.object({
  as_of: z.string(),
  settings_offset: Integer.describe("The book is what the settings were at this offset."),
  prices: z.array(z.object({ ...PriceSetting.shape, version: z.int() })),
  discounts: z
    .array(z.object({ ...DiscountSetting.shape, version: z.int() }))
    .describe(
      "All discounts and negotiated rates, whatever the rows are narrowed to. Contracts, and rows of one account, are for those who see all teams.",
    ),
});

/** The price book in force here, or as it was known at another time. */
export function pricesRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/prices",
    config: { access: READERS },
    schema: {
      operationId: "listPrices",
      tags: ["prices"],
      summary: "The price book, each row with its sources",
      querystring: z.strictObject({
        platform: z.string().max(512).optional(),
        model: z.string().max(512).optional().describe("A canonical model name."),
        book_as_of: bookAsOf,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request) => {
      const { platform, model, book_as_of } = request.query;
      const { prices, discounts, offset } = settingsOfThen(deps.settings, book_as_of);
      const seesContracts = callerOf(request).scope.kind === "all";
      const rows = [...prices.values()]
        .filter(({ value }) => seesContracts || value.account === null)
        .filter(({ value }) => platform === undefined || value.platform === platform)
        .filter(({ value }) => model === undefined || value.model === model)
        .map(({ value, version }) => ({ ...value, version }));
      const contracts = (seesContracts ? [...discounts.values()] : []).map(({ value, version }) => ({
        ...value,
        version,
      }));
      return {
        as_of: deps.clock().toISOString(),
        settings_offset: offset,
        prices: rows,
        discounts: contracts,
      };
    },
  });
}
