import { z } from "zod";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { EXPORT_FILTERS, EXPORT_PARAMETERS, readQuestion } from "#query-api/exports/asked.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import { exportRoutes } from "#query-api/exports/export-route.ts";
import { GRAINS, planCosts } from "#query-api/exports/plan-costs.ts";

const DAYS_MAX = { call: 400, day: 1830 } as const;

/** Calls or daily costs as a file, and its manifest. */
export function exportCostsRoutes(app: App, deps: RouteDeps): void {
  exportRoutes(app, deps, {
    name: "costs",
    operation: "Costs",
    summary: "Calls or daily costs as a file",
    description:
      "Of the calls that began in [from, to), as they were known at `as_of`. Figures are signed, so the sum of a column is its total.",
    querystring: z.strictObject({
      ...EXPORT_PARAMETERS,
      grain: z.enum(GRAINS).default("call").describe("A row a call, or a row a local day and group."),
      ...EXPORT_FILTERS,
      format: z.enum(EXPORT_FORMATS).default("csv"),
    }),
    plan: async (query, reader) => {
      const { grain, format } = query;
      return planCosts(reader, {
        grain,
        format,
        ...(await readQuestion(query, DAYS_MAX[grain], deps, reader)),
      });
    },
  });
}
