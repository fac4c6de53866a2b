import { z } from "zod";
import { failure } from "#core/failure.ts";
import { CHARGE_KINDS, type ChargeSetting } from "#core/settings/charge.ts";
import { firstRepeated } from "#core/table/first-repeated.ts";
import { EXPORT_FILTERS, EXPORT_PARAMETERS, readQuestion } from "#query-api/exports/asked.ts";
import { chargesInFile, withCharges } from "#query-api/exports/charges/charges-in-file.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import type { ExportKind } from "#query-api/exports/export-kind.ts";
import { type ChargeAccounts, PAYERS } from "#query-api/exports/journal/journal-lines.ts";
import { planJournal } from "#query-api/exports/plan-journal.ts";

const DAYS_MAX = 400;
const Account = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}$/);
const account = (usual: string, description: string) => Account.default(usual).describe(description);
const ChargeAccount = z
  .string()
  .regex(new RegExp(`^(${CHARGE_KINDS.join("|")})=[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}$`), {
    error: `must be a kind of charge and an account, such as tax=1576; kinds: ${CHARGE_KINDS.join(", ")}`,
  });

const Query = z.strictObject({
  ...EXPORT_PARAMETERS,
  by: z
    .enum(PAYERS)
    .default("team")
    .describe("What has a line each. Calls of no cost centre are charged to UNALLOCATED."),
  expense_account: account("LLM-USAGE", "GL account that is debited with what teams used."),
  clearing_account: account("LLM-CLEARING", "GL account that is credited with all of it."),
  rounding_account: account("ROUNDING", "GL account of what whole cents leave over."),
  charges: withCharges,
  charge_account: z
    .preprocess(
      (value) => (typeof value === "string" ? [value] : value),
      z.array(ChargeAccount).max(CHARGE_KINDS.length),
    )
    .default([])
    .describe(
      "GL account of a kind of charge, such as `tax=1576`; repeatable. Kinds without one are debited to `expense_account`.",
    ),
  prefix: account("LLM", "Of document numbers: `LLM-20261101-20261130`."),
  ...EXPORT_FILTERS,
  format: z.enum(EXPORT_FORMATS).default("csv"),
});

/** Journal entries per team or cost centre, to be imported by an accounting system. */
export const ASK_JOURNAL: ExportKind<typeof Query> = {
  querystring: Query,
  plan: async (query, deps, reader) => {
    const { expense_account, clearing_account, rounding_account, by, prefix, format } = query;
    const charge_accounts = chargeAccounts(query.charge_account);
    const accounts = {
      ...{ expense_account, clearing_account, rounding_account },
      ...(charge_accounts === null ? {} : { charge_accounts }),
    };
    const { question, pin } = await readQuestion(query, DAYS_MAX, deps, reader);
    const charges = chargesInFile(deps, reader, { question, pin, wish: query.charges });
    return planJournal(reader, { format, accounts, by, prefix, question, pin, charges });
  },
};

/** @throws failure REQUEST_INVALID where a kind has two accounts */
function chargeAccounts(given: readonly string[]): ChargeAccounts | null {
  const pairs = given.map((text) => text.split("=") as [ChargeSetting["kind"], string]);
  const twice = firstRepeated(pairs.map(([kind]) => kind));
  if (twice !== undefined)
    throw failure("REQUEST_INVALID", { faults: `charge_account names an account of ${twice} twice` });
  return pairs.length === 0 ? null : Object.fromEntries(pairs.sort());
}
