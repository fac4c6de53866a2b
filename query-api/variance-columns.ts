import type { CsvColumn } from "#query-api/csv.ts";
import type { VarianceRow } from "#query-api/variance-answer.ts";

const figure = (
  name: string,
  value: (row: VarianceRow) => bigint | string | null,
): CsvColumn<VarianceRow> => ({
  name,
  kind: "figure",
  cell: (row) => value(row)?.toString() ?? null,
});

/** The comparison as CSV; amounts are in USD. */
export function varianceColumns(byDay: boolean): readonly CsvColumn<VarianceRow>[] {
  return [
    ...(byDay ? [figure("period", (row) => row.period ?? null)] : []),
    { name: "model", kind: "text", cell: (row) => row.model },
    { name: "source", kind: "text", cell: (row) => row.source },
    figure("calls", (row) => row.calls),
    figure("both_calls", (row) => row.both_calls),
    figure("ours_usd", (row) => row.ours.amount),
    figure("gateway_usd", (row) => row.gateway.amount),
    figure("difference_usd", (row) => row.difference.amount),
    figure("percent", (row) => row.percent),
    figure("absolute_difference_usd", (row) => row.absolute_difference.amount),
    figure("agree_exactly", (row) => row.agree_exactly),
    figure("agree_within", (row) => row.agree_within),
    figure("gateway_zero", (row) => row.gateway_zero),
    figure("only_ours_calls", (row) => row.only_ours_calls),
    figure("only_ours_cost_usd", (row) => row.only_ours_cost.amount),
    figure("only_gateway_calls", (row) => row.only_gateway_calls),
    figure("only_gateway_cost_usd", (row) => row.only_gateway_cost.amount),
    figure("neither_calls", (row) => row.neither_calls),
    figure("other_currency_calls", (row) => row.other_currency_calls),
  ];
}
