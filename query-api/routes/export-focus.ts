import { z } from "zod";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { EXPORT_FILTERS, EXPORT_PARAMETERS, readQuestion } from "#query-api/exports/asked.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import { exportRoutes } from "#query-api/exports/export-route.ts";
import { FOCUS_VERSIONS } from "#query-api/exports/focus/focus-columns.ts";
import { planFocus } from "#query-api/exports/plan-focus.ts";

const DAYS_MAX = 400;
const account = z
  .string()
  .min(1)
  .max(200)
  .regex(/\D/, "is all digits; readers of CSV would take the column for numbers")
  .optional();
const { tz: _utc, ...RANGE } = EXPORT_PARAMETERS;

/** Costs in the format of the FinOps Open Cost and Usage Specification, and the file's manifest. */
export function exportFocusRoutes(app: App, deps: RouteDeps): void {
  exportRoutes(app, deps, {
    name: "focus",
    operation: "Focus",
    summary: "Costs as FOCUS rows",
    description:
      "A row a day (UTC), meter, price row, team and place; dates are UTC. Calls without a price are in no row: the manifest counts them.",
    querystring: z.strictObject({
      ...RANGE,
      version: z.enum(FOCUS_VERSIONS).default("1.2").describe("Of the specification."),
      billing_account_id: account.describe("Who is billed; absent: the name of each source."),
      billing_account_name: z.string().min(1).max(200).optional(),
      ...EXPORT_FILTERS,
      format: z.enum(EXPORT_FORMATS).default("csv"),
    }),
    plan: async (query, reader) => {
      const { version, format, billing_account_id: id = null, billing_account_name: name = null } = query;
      const { question, pin } = await readQuestion({ ...query, tz: "UTC" }, DAYS_MAX, deps, reader);
      // The rows as they were known then: a rate that was corrected since must not make other bytes.
      const { prices } = deps.settings.at(deps.settings.offsetAt(Date.parse(question.asOf)));
      return planFocus(reader, { version, format, question, pin, account: { id, name }, prices });
    },
  });
}
