import type { CostRow } from "#query-api/cost-row.ts";
import type { CsvColumn } from "#query-api/csv.ts";
import type { Dimension } from "#query-api/dimensions.ts";
import type { Granularity } from "#query-api/granularity.ts";
import { COST_METERS } from "#query-api/queries/costs.ts";

/** The columns of costs as CSV. Amounts are plain decimals in the currency that the column's name says. */
export function costColumns(
  granularity: Granularity,
  groupBy: readonly Dimension[],
): readonly CsvColumn<CostRow>[] {
  const period: readonly CsvColumn<CostRow>[] = [
    { name: "period", kind: "figure", cell: (row) => row.period ?? null },
    { name: "period_start", kind: "figure", cell: (row) => row.period_start ?? null },
  ];
  return [
    ...(granularity === "none" ? [] : period),
    ...groupBy.map((name): CsvColumn<CostRow> => ({ name, kind: "text", cell: (row) => row[name] ?? null })),
    ...FIGURES,
  ];
}

const figure = (name: string, value: (row: CostRow) => bigint | string | null): CsvColumn<CostRow> => ({
  name,
  kind: "figure",
  cell: (row) => value(row)?.toString() ?? null,
});

const FIGURES: readonly CsvColumn<CostRow>[] = [
  figure("calls", (row) => row.calls),
  figure("cost_usd", (row) => row.cost.amount),
  figure("cost_rated_usd", (row) => row.cost_by_status.rated.amount),
  figure("cost_estimated_usd", (row) => row.cost_by_status.estimated.amount),
  figure("cost_gateway_usd", (row) => row.cost_by_status.gateway.amount),
  figure("estimated_calls", (row) => row.estimated_calls),
  figure("gateway_calls", (row) => row.gateway_calls),
  figure("unpriced_calls", (row) => row.unpriced_calls),
  figure("requests", (row) => row.requests),
  ...COST_METERS.map((name) => figure(name, (row) => row[name])),
];
