import type { App, RouteDeps } from "#query-api/app-type.ts";
import { ASK_COSTS } from "#query-api/exports/ask-costs.ts";
import { exportRoutes } from "#query-api/exports/export-route.ts";

/** Calls or daily costs as a file, and its manifest. */
export function exportCostsRoutes(app: App, deps: RouteDeps): void {
  exportRoutes(app, deps, {
    name: "costs",
    operation: "Costs",
    summary: "Calls or daily costs as a file",
    description:
      "Of the calls that began in [from, to), as they were known at `as_of`. Figures are signed, so the sum of a column is its total.",
    kind: ASK_COSTS,
  });
}
