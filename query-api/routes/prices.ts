import { z } from "zod";
import { PriceSetting } from "#core/settings/price.ts";
import { READERS } from "#query-api/access.ts";
import { Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";

const Answer = z.object({
  as_of: z.string(),
  settings_offset: Integer,
  prices: z.array(z.object({ ...PriceSetting.shape, version: z.int() })),
});

/** The price book in force here. */
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
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request) => {
      const { platform, model } = request.query;
      const { prices, offset } = deps.settings.state();
      const rows = [...prices.values()]
        .filter(({ value }) => platform === undefined || value.platform === platform)
        .filter(({ value }) => model === undefined || value.model === model)
        .map(({ value, version }) => ({ ...value, version }));
      return { as_of: deps.clock().toISOString(), settings_offset: offset, prices: rows };
    },
  });
}
