import type { App, RouteDeps } from "#query-api/app-type.ts";
import { ASK_JOURNAL } from "#query-api/exports/ask-journal.ts";
import { exportRoutes } from "#query-api/exports/export-route.ts";

/** Journal entries per team or cost centre, to be imported by an accounting system, and the file's manifest. */
export function exportJournalRoutes(app: App, deps: RouteDeps): void {
  exportRoutes(app, deps, {
    name: "journal",
    operation: "Journal",
    summary: "Journal entries per team or cost centre",
    description:
      "A balanced document a local month, in whole cents: what each team or cost centre is charged for calls and for what is no call, a rounding line, and the clearing account. Calls without a price and those at the gateway's figure are not booked.",
    kind: ASK_JOURNAL,
  });
}
