import type { AnswerRow, CostsAnswer } from "#query-api/costs-answer.ts";
import type { CsvColumn } from "#query-api/csv.ts";
import { COST_METERS } from "#query-api/queries/costs.ts";

/** The columns of costs as CSV. Amounts are plain decimals in the currency that the column's name says. */
export function costColumns(
  answer: Pick<CostsAnswer, "granularity" | "group_by" | "compared_with" | "converted_by">,
): readonly CsvColumn<AnswerRow>[] {
  const period: readonly CsvColumn<AnswerRow>[] = [
    { name: "period", kind: "figure", cell: (row) => row.period ?? null },
    { name: "period_start", kind: "figure", cell: (row) => row.period_start ?? null },
  ];
  return [
    ...(answer.granularity === "none" ? [] : period),
    ...answer.group_by.map(
      (name): CsvColumn<AnswerRow> => ({ name, kind: "text", cell: (row) => row[name] ?? null }),
    ),
    ...FIGURES,
    ...(answer.converted_by === undefined ? [] : [inCurrency(answer.converted_by.currency)]),
    ...(answer.compared_with === undefined ? [] : CHANGES),
  ];
}

const figure = (name: string, value: (row: AnswerRow) => bigint | string | null): CsvColumn<AnswerRow> => ({
  name,
  kind: "figure",
  cell: (row) => value(row)?.toString() ?? null,
});

const inCurrency = (currency: string) =>
  figure(`cost_${currency.toLowerCase()}`, (row) => row.reporting_cost?.amount ?? null);

const FIGURES: readonly CsvColumn<AnswerRow>[] = [
  figure("calls", (row) => row.calls),
  figure("cost_usd", (row) => row.cost.amount),
  figure("cost_rated_usd", (row) => row.cost_by_status.rated.amount),
  figure("cost_estimated_usd", (row) => row.cost_by_status.estimated.amount),
  figure("cost_gateway_usd", (row) => row.cost_by_status.gateway.amount),
  figure("estimated_calls", (row) => row.estimated_calls),
  figure("gateway_calls", (row) => row.gateway_calls),
  figure("unpriced_calls", (row) => row.unpriced_calls),
  figure("fallback_estimate_usd", (row) => row.fallback_estimate_usd),
  figure("fallback_calls", (row) => row.fallback_calls),
  figure("requests", (row) => row.requests),
  ...COST_METERS.map((name) => figure(name, (row) => row[name])),
];

const CHANGES: readonly CsvColumn<AnswerRow>[] = [
  figure("previous_calls", (row) => row.previous?.calls ?? null),
  figure("previous_cost_usd", (row) => row.previous?.cost.amount ?? null),
  figure("change_usd", (row) => row.change?.cost.amount ?? null),
  figure("change_percent", (row) => row.change?.percent ?? null),
];
