import { createHash } from "node:crypto";
import { localDate } from "#core/local-time.ts";
import { formatMoney, type Money } from "#core/money.ts";
import { callsAside } from "#query-api/exports/calls-aside.ts";
import type { WithCharges } from "#query-api/exports/charges/booked-charges.ts";
import { CHARGE_WORDS } from "#query-api/exports/charges/charge-words.ts";
import { type ChargesInFile, withinMonth } from "#query-api/exports/charges/charges-in-file.ts";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { ExportFormat } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import { chargeCosts } from "#query-api/exports/journal/charge-lines.ts";
import {
  type JournalAccounts,
  type JournalLine,
  journalLines,
  type Payer,
} from "#query-api/exports/journal/journal-lines.ts";
import { payerCosts } from "#query-api/exports/journal/payer-costs.ts";
import { localMonths } from "#query-api/exports/local-months.ts";
import { basisOf } from "#query-api/exports/period-status.ts";
import type { Pin } from "#query-api/exports/pin.ts";
import type { Reader } from "#query-api/reader.ts";

const text = (name: string): ExportColumn => ({ name, type: "text" });
const amount = (name: string): ExportColumn => ({ name, type: "decimal", isSummed: true });

const columnsBy = (by: Payer): readonly ExportColumn[] => [
  text("document_number"),
  { name: "line", type: "whole" },
  { name: "posting_date", type: "date" },
  { name: "period_start", type: "date" },
  text("line_kind"),
  text(by),
  text("gl_account"),
  amount("debit"),
  amount("credit"),
  text("currency"),
  amount("exact_cost_usd"),
  text("text"),
];

/** A journal of each local month: what each team or cost centre is charged, in cents, and where the cents' remainder went. */
export function planJournal(
  reader: Reader,
  asked: {
    format: ExportFormat;
    question: ExportQuestion;
    pin: Pin;
    accounts: JournalAccounts;
    by: Payer;
    prefix: string;
    charges: ChargesInFile;
  },
): ExportPlan {
  const { format, question, pin, accounts, by, prefix, charges } = asked;
  const { from, to, tz, asOf, filters } = question;
  const { books } = pin;
  const mark = markOf({ by, filters, scope: reader.scope }, charges.asked);
  const pages = async function* (): AsyncGenerator<readonly Cells[], void, undefined> {
    for (const month of localMonths(from, to, tz)) {
      const start = localDate(Date.parse(month.from), tz);
      // The last day that the month has in the range.
      const posted = localDate(Date.parse(month.to) - 1, tz);
      const document = `${prefix}-${start.replaceAll("-", "")}-${posted.replaceAll("-", "")}${mark}`;
      const costs = [
        ...(await payerCosts(reader, { ...question, ...month }, by, books)),
        ...chargeCosts(withinMonth(await charges.parts(), month), by),
      ];
      const lines = journalLines(costs, accounts);
      yield lines.map((line, at): Cells => {
        const { kind, payer, corrects, account, debit, credit, exact } = line;
        const cells = [debit, credit, exact].map((value) =>
          value === null ? null : formatMoney(value as Money),
        );
        const [debited = null, credited = null, exactly = null] = cells;
        const said = [
          `${SAID[kind]} ${start} to ${posted}`,
          ...(payer === null ? [] : [payer]),
          ...(corrects === null ? [] : [`corrects ${corrects}`]),
        ];
        return [
          ...[document, String(at + 1), posted, start, kind, payer, account],
          ...[debited, credited, "USD", exactly, said.join(", ")],
        ];
      });
    }
  };
  return {
    export: "journal",
    format,
    query: {
      ...{ from, to, tz, as_of: asOf, by, prefix, charges: charges.has, ...basisOf(books) },
      ...{ ...accounts, ...filters },
    },
    scope: reader.scope,
    pin,
    columns: columnsBy(by),
    summaryBy: ["document_number", "gl_account"],
    cost: "exact_cost_usd",
    charges: charges.parts,
    aside: () => callsAside(reader, question, books),
    pages,
  };
}

/**
 * Other lines are another document: what narrows or divides it otherwise is in its number, as a few digits that are the
 * same whenever the same is asked for. Nothing for the whole by team, which is what most post.
 */
function markOf(
  narrowed: Pick<ExportQuestion, "filters"> & { by: Payer; scope: Reader["scope"] },
  charges: WithCharges,
): string {
  const asked = charges === "with" ? narrowed : { ...narrowed, charges };
  const isWhole =
    charges === "with" &&
    asked.by === "team" &&
    asked.scope.kind === "all" &&
    Object.keys(asked.filters).length === 0;
  if (isWhole) return "";
  return `-${createHash("sha256").update(JSON.stringify(asked)).digest("hex").slice(0, 8)}`;
}

const SAID: Readonly<Record<JournalLine["kind"], string>> = {
  charge: "LLM usage",
  rounding: "Rounding of LLM usage",
  clearing: "LLM usage, clearing",
  ...(Object.fromEntries(Object.entries(CHARGE_WORDS).map(([kind, { said }]) => [kind, said])) as Record<
    keyof typeof CHARGE_WORDS,
    string
  >),
};
