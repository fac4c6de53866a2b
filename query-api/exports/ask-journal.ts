import { z } from "zod";
import { EXPORT_FILTERS, EXPORT_PARAMETERS, readQuestion } from "#query-api/exports/asked.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import type { ExportKind } from "#query-api/exports/export-kind.ts";
import { PAYERS } from "#query-api/exports/journal/journal-lines.ts";
import { planJournal } from "#query-api/exports/plan-journal.ts";

const DAYS_MAX = 400;
const account = (usual: string, description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}$/)
    .default(usual)
    .describe(description);

const Query = z.strictObject({
  ...EXPORT_PARAMETERS,
  by: z
    .enum(PAYERS)
    .default("team")
    .describe("What has a line each. Calls of no cost centre are charged to UNALLOCATED."),
  expense_account: account("LLM-USAGE", "GL account that is debited with what teams used."),
  clearing_account: account("LLM-CLEARING", "GL account that is credited with all of it."),
  rounding_account: account("ROUNDING", "GL account of what whole cents leave over."),
  prefix: account("LLM", "Of document numbers: `LLM-20261101-20261130`."),
  ...EXPORT_FILTERS,
  format: z.enum(EXPORT_FORMATS).default("csv"),
});

/** Journal entries per team or cost centre, to be imported by an accounting system. */
export const ASK_JOURNAL: ExportKind<typeof Query> = {
  querystring: Query,
  plan: async (query, deps, reader) => {
    const { expense_account, clearing_account, rounding_account, by, prefix, format } = query;
    const { question, pin } = await readQuestion(query, DAYS_MAX, deps, reader);
    const accounts = { expense_account, clearing_account, rounding_account };
    return planJournal(reader, { format, accounts, by, prefix, question, pin });
  },
};
