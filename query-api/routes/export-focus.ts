import type { App, RouteDeps } from "#query-api/app-type.ts";
import { ASK_FOCUS } from "#query-api/exports/ask-focus.ts";
import { exportRoutes } from "#query-api/exports/export-route.ts";

/** Costs in the format of the FinOps Open Cost and Usage Specification, and the file's manifest. */
export function exportFocusRoutes(app: App, deps: RouteDeps): void {
  exportRoutes(app, deps, {
    name: "focus",
    operation: "Focus",
    summary: "Costs as FOCUS rows",
    description:
      "A row a day (UTC), meter, price row, team and place, and one a part of each charge that is no call; dates are UTC. Calls without a price are in no row: the manifest counts them.",
    kind: ASK_FOCUS,
  });
}
