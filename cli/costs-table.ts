import { z } from "zod";
import type { Column } from "#cli/table.ts";

const Amount = z.object({ amount: z.string(), currency: z.string() });
const Whole = z.union([z.number(), z.null()]).optional();

/** What the command line needs of an answer of `/v1/costs`. */
export const CostRow = z.looseObject({
  period: z.string().optional(),
  calls: z.number(),
  cost: Amount,
  cost_by_status: z.object({ gateway: Amount }),
  gateway_calls: z.number(),
  unpriced_calls: z.number(),
  fallback_estimate_usd: z.string().nullable(),
  input_tokens: Whole,
  cache_read_tokens: Whole,
  cache_write_tokens: Whole,
  output_tokens: Whole,
  reporting_cost: Amount.optional(),
  change: z.object({ cost: Amount, percent: z.string().nullable() }).optional(),
});
export type CostRow = z.infer<typeof CostRow>;
export const Costs = z.looseObject({
  as_of: z.string(),
  data_until: z.string().nullable(),
  book_as_of: z.object({ epoch: z.number(), ingested_until: z.string() }).optional(),
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  compared_with: z.object({}).optional(),
  converted_by: z
    .object({
      currency: z.string(),
      per_usd: z.string(),
      rate_type: z.string(),
      source: z.string(),
      stated_on: z.string(),
    })
    .optional(),
  totals: CostRow,
  rows: z.array(CostRow),
});
export type Costs = z.infer<typeof Costs>;

/** Columns of a costs table; the gateway's figure and the unpriced calls stand apart, never inside the cost. */
export function costColumns(
  groupBy: readonly string[],
  hasPeriods: boolean,
  read: Pick<Costs, "compared_with" | "converted_by"> & Partial<Pick<Costs, "totals">>,
): Column<CostRow>[] {
  const tokens = (value: number | null | undefined) =>
    value === null || value === undefined ? "-" : value.toLocaleString("en-US");
  return [
    ...(hasPeriods ? [{ title: "period", text: (row: CostRow) => row.period ?? "" }] : []),
    ...groupBy.map((name) => ({ title: name, text: (row: CostRow) => String(row[name] ?? "(not known)") })),
    { title: "calls", text: (row) => tokens(row.calls), align: "right" },
    { title: "input", text: (row) => tokens(row.input_tokens), align: "right" },
    { title: "cache read", text: (row) => tokens(row.cache_read_tokens), align: "right" },
    { title: "output", text: (row) => tokens(row.output_tokens), align: "right" },
    { title: "cost USD", text: (row) => row.cost.amount, align: "right" },
    ...(read.converted_by === undefined ? [] : [inCurrency(read.converted_by.currency)]),
    ...(read.compared_with === undefined ? [] : CHANGES),
    {
      title: "by gateway USD",
      text: (row) => (row.gateway_calls > 0 ? row.cost_by_status.gateway.amount : "-"),
      align: "right",
    },
    {
      title: "unpriced",
      text: (row) => (row.unpriced_calls > 0 ? String(row.unpriced_calls) : "-"),
      align: "right",
    },
    ...((read.totals?.fallback_estimate_usd ?? null) === null ? [] : [FALLBACK]),
  ];
}

/** The row of sums below a table, named in its first column. */
export function totalsRow(costs: Costs, groupBy: readonly string[], hasPeriods: boolean): CostRow {
  const names = Object.fromEntries(groupBy.map((name) => [name, ""]));
  const first = hasPeriods ? { period: "total" } : groupBy[0] === undefined ? {} : { [groupBy[0]]: "total" };
  return { ...costs.totals, ...names, ...first };
}

const CHANGES: readonly Column<CostRow>[] = [
  { title: "change USD", text: (row) => row.change?.cost.amount ?? "-", align: "right" },
  { title: "%", text: (row) => row.change?.percent ?? "-", align: "right" },
];

/** Beside the count of what it is about, and only where somebody set a rate that fits. */
const FALLBACK: Column<CostRow> = {
  title: "fallback USD",
  text: (row) => row.fallback_estimate_usd ?? "-",
  align: "right",
};

const inCurrency = (currency: string): Column<CostRow> => ({
  title: `cost ${currency}`,
  text: (row) => row.reporting_cost?.amount ?? "-",
  align: "right",
});
