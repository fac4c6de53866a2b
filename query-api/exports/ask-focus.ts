import { z } from "zod";
import { EXPORT_FILTERS, EXPORT_PARAMETERS, readQuestion } from "#query-api/exports/asked.ts";
import { chargesInFile, withCharges } from "#query-api/exports/charges/charges-in-file.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import type { ExportKind } from "#query-api/exports/export-kind.ts";
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

const Query = z.strictObject({
  ...RANGE,
  version: z.enum(FOCUS_VERSIONS).default("1.2").describe("Of the specification."),
  billing_account_id: account.describe("Who is billed; absent: the name of each source."),
  billing_account_name: z.string().min(1).max(200).optional(),
  charges: withCharges,
  ...EXPORT_FILTERS,
  format: z.enum(EXPORT_FORMATS).default("csv"),
});

/** Costs in the format of the FinOps Open Cost and Usage Specification. */
export const ASK_FOCUS: ExportKind<typeof Query> = {
  querystring: Query,
  plan: async (query, deps, reader) => {
    const { version, format, billing_account_id: id = null, billing_account_name: name = null } = query;
    const { question, pin } = await readQuestion({ ...query, tz: "UTC" }, DAYS_MAX, deps, reader);
    // The rows as they were known then: a rate that was corrected since must not make other bytes.
    const { prices } = deps.settings.at(deps.settings.offsetAt(Date.parse(question.asOf)));
    const charges = chargesInFile(deps, reader, { question, pin, wish: query.charges });
    return planFocus(reader, { version, format, question, pin, account: { id, name }, prices, charges });
  },
};
