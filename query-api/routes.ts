import type { App, RouteDeps } from "#query-api/app-type.ts";
import { alertsRoute } from "#query-api/routes/alerts.ts";
import { approveRunRoute } from "#query-api/routes/approve-run.ts";
import { askRunRoute } from "#query-api/routes/ask-run.ts";
import { auditEventsRoute } from "#query-api/routes/audit-events.ts";
import { budgetHistoryRoute } from "#query-api/routes/budget-history.ts";
import { budgetStatusRoute } from "#query-api/routes/budget-status.ts";
import { getBudgetRoute, listBudgetsRoute } from "#query-api/routes/budgets.ts";
import { chargeCostsRoute } from "#query-api/routes/charge-costs.ts";
import { chargesRoute } from "#query-api/routes/charges.ts";
import { closePeriodRoute } from "#query-api/routes/close-period.ts";
import { conflictsRoute } from "#query-api/routes/conflicts.ts";
import { costCentersRoute } from "#query-api/routes/cost-centers.ts";
import { costsRoute } from "#query-api/routes/costs.ts";
import { coverageRoute } from "#query-api/routes/coverage.ts";
import { decisionsRoute } from "#query-api/routes/decisions.ts";
import { deliveriesRoute } from "#query-api/routes/deliveries.ts";
import { explainRoute } from "#query-api/routes/explain.ts";
import { exportCostsRoutes } from "#query-api/routes/export-costs.ts";
import { exportFocusRoutes } from "#query-api/routes/export-focus.ts";
import { exportJournalRoutes } from "#query-api/routes/export-journal.ts";
import { exportSchedulesRoute } from "#query-api/routes/export-schedules.ts";
import { healthRoutes } from "#query-api/routes/health.ts";
import { createKeyRoute, listKeysRoute, revokeKeyRoute } from "#query-api/routes/keys.ts";
import { openPeriodRoute, removePeriodRoute } from "#query-api/routes/open-period.ts";
import { getPeriodRoute, listPeriodsRoute } from "#query-api/routes/periods.ts";
import { pricesRoute } from "#query-api/routes/prices.ts";
import {
  approveReopeningRoute,
  askToReopenRoute,
  withdrawReopeningRoute,
} from "#query-api/routes/reopen-period.ts";
import { replayDeliveryRoute } from "#query-api/routes/replay-delivery.ts";
import { getRunRoute, listRunsRoute } from "#query-api/routes/runs.ts";
import { sessionEventsRoute } from "#query-api/routes/session-events.ts";
import { sessionsRoute } from "#query-api/routes/sessions.ts";
import { getSettingRoute, listSettingsRoute, putSettingRoute } from "#query-api/routes/settings.ts";
import { settingsChangesRoute } from "#query-api/routes/settings-changes.ts";
import { unallocatedRoute } from "#query-api/routes/unallocated.ts";
import { unpricedRoute } from "#query-api/routes/unpriced.ts";
import { varianceRoute } from "#query-api/routes/variance.ts";
import { withdrawRunRoute } from "#query-api/routes/withdraw-run.ts";
import { witnessesRoute } from "#query-api/routes/witnesses.ts";

/** Everything the API answers. A new route is a file and a line here; the authorisation matrix asks for its row. */
export const ROUTES: readonly ((app: App, deps: RouteDeps) => void)[] = [
  costsRoute,
  costCentersRoute,
  unallocatedRoute,
  chargesRoute,
  chargeCostsRoute,
  explainRoute,
  varianceRoute,
  exportCostsRoutes,
  exportFocusRoutes,
  exportJournalRoutes,
  exportSchedulesRoute,
  sessionsRoute,
  sessionEventsRoute,
  auditEventsRoute,
  conflictsRoute,
  coverageRoute,
  witnessesRoute,
  pricesRoute,
  ...[listPeriodsRoute, getPeriodRoute, openPeriodRoute, removePeriodRoute, closePeriodRoute],
  ...[askToReopenRoute, withdrawReopeningRoute, approveReopeningRoute],
  listRunsRoute,
  getRunRoute,
  askRunRoute,
  approveRunRoute,
  withdrawRunRoute,
  ...[listBudgetsRoute, getBudgetRoute, budgetStatusRoute, budgetHistoryRoute],
  decisionsRoute,
  unpricedRoute,
  ...[alertsRoute, deliveriesRoute, replayDeliveryRoute],
  listKeysRoute,
  createKeyRoute,
  revokeKeyRoute,
  settingsChangesRoute,
  listSettingsRoute,
  getSettingRoute,
  putSettingRoute,
  healthRoutes,
];
