import { type Aside, NOTHING_ASIDE } from "#query-api/exports/aside.ts";
import { BOOKED_CALL_COLUMNS, CALL_COLUMNS } from "#query-api/exports/call-columns.ts";
import { callPages } from "#query-api/exports/call-pages.ts";
import { BOOKED_DAILY_COLUMNS, DAILY_COLUMNS } from "#query-api/exports/daily-columns.ts";
import { dailyPages } from "#query-api/exports/daily-pages.ts";
import { BY_USAGE, byBooks, type ExportBasis } from "#query-api/exports/export-basis.ts";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { ExportFormat } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import type { Pin } from "#query-api/exports/pin.ts";
import type { Books } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { storedMoney } from "#query-api/stored-money.ts";

export const GRAINS = ["call", "day"] as const;
export type Grain = (typeof GRAINS)[number];

const TABLES = {
  call: { usage: CALL_COLUMNS, booked: BOOKED_CALL_COLUMNS, pages: callPages, items: "sign" },
  day: { usage: DAILY_COLUMNS, booked: BOOKED_DAILY_COLUMNS, pages: dailyPages, items: "items" },
} as const;

/** The export of calls, or of the sums of days. */
export function planCosts(
  reader: Reader,
  asked: {
    grain: Grain;
    format: ExportFormat;
    question: ExportQuestion;
    pin: Pin;
    basis: ExportBasis["name"];
  },
): ExportPlan {
  const { grain, format, question, pin } = asked;
  const { pages, items, [asked.basis]: columns } = TABLES[grain];
  // Without periods nothing is booked anywhere else than it was used.
  const basis = asked.basis === "usage" ? BY_USAGE : byBooks(pin.books ?? NO_BOOKS);
  const { filters, from, to, tz, asOf } = question;
  return {
    export: "costs",
    format,
    query: {
      ...{ grain, from, to, tz, as_of: asOf, ...filters },
      ...(asked.basis === "usage" ? {} : { basis: "booked" }),
    },
    scope: reader.scope,
    pin,
    columns,
    summaryBy: ["team", "cost_status"],
    cost: "cost_usd",
    asideOf: asideBy(columns, items),
    pages: () => pages(reader, question, basis),
  };
}

const NO_BOOKS: Books = { periods: [], runKinds: [] };

function asideBy(columns: readonly ExportColumn[], items: string): (cells: Cells) => Aside {
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const [status, count, cost] = [at("cost_status"), at(items), at("cost_usd")];
  return (cells) => {
    const calls = BigInt(cells[count] ?? 0);
    if (cells[status] === "unpriced") return { ...NOTHING_ASIDE, unpricedCalls: calls };
    if (cells[status] !== "gateway") return NOTHING_ASIDE;
    return { ...NOTHING_ASIDE, gatewayCalls: calls, gatewayCost: storedMoney(cells[cost] ?? "0") };
  };
}
