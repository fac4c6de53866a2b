import type { SettingsState } from "#core/settings/state.ts";
import { type Aside, NOTHING_ASIDE } from "#query-api/exports/aside.ts";
import { callsAside } from "#query-api/exports/calls-aside.ts";
import { type ChargesInFile, withinMonth } from "#query-api/exports/charges/charges-in-file.ts";
import type { Cells } from "#query-api/exports/export-column.ts";
import type { ExportFormat } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import { chargeCells } from "#query-api/exports/focus/focus-charges.ts";
import {
  type BillingAccount,
  type FocusVersion,
  focusColumns,
} from "#query-api/exports/focus/focus-columns.ts";
import { focusGroups } from "#query-api/exports/focus/focus-groups.ts";
import { focusLines } from "#query-api/exports/focus/focus-lines.ts";
import { localMonths } from "#query-api/exports/local-months.ts";
import { basisOf } from "#query-api/exports/period-status.ts";
import type { Pin } from "#query-api/exports/pin.ts";
import type { Reader } from "#query-api/reader.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** The export of costs as FOCUS rows: a row a day, meter, price row, team and place. Never one a call. */
export function planFocus(
  reader: Reader,
  asked: {
    version: FocusVersion;
    format: ExportFormat;
    question: ExportQuestion;
    pin: Pin;
    account: BillingAccount;
    prices: SettingsState["prices"];
    charges: ChargesInFile;
  },
): ExportPlan {
  const { version, format, question, pin, account, prices, charges } = asked;
  const { filters, from, to, asOf } = question;
  const columns = focusColumns(version);
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const [status, billed] = [at("x_CostStatus"), at("BilledCost")];
  const gatewayCostOf = (cells: Cells): Aside =>
    cells[status] === "gateway"
      ? { ...NOTHING_ASIDE, gatewayCost: storedMoney(cells[billed] ?? "0") }
      : NOTHING_ASIDE;
  const pages = async function* (): AsyncGenerator<readonly Cells[], void, undefined> {
    for (const month of localMonths(from, to, "UTC")) {
      const groups = await focusGroups(reader, { ...question, ...month }, pin.books);
      const lines = groups.flatMap((group) =>
        focusLines(group, prices.get(group.price_id ?? "")?.value ?? null),
      );
      const billed = withinMonth(await charges.parts(), month);
      if (lines.length + billed.length === 0) continue;
      yield [
        ...lines.map((line) => columns.map(({ value }) => value(line, account))),
        ...billed.map((part) => chargeCells(columns, part, account)),
      ];
    }
  };
  return {
    export: "focus",
    format,
    query: {
      version,
      from,
      to,
      as_of: asOf,
      charges: charges.has,
      ...basisOf(pin.books),
      billing_account_id: account.id,
      billing_account_name: account.name,
      ...filters,
    },
    scope: reader.scope,
    pin,
    columns,
    summaryBy: ["x_Team", "x_CostStatus"],
    cost: "BilledCost",
    charges: charges.parts,
    // The cost as it is posted in the file; its rows are no calls, so those are counted apart.
    asideOf: gatewayCostOf,
    aside: async () => ({ ...(await callsAside(reader, question, pin.books)), gatewayCost: 0n }),
    pages,
  };
}
