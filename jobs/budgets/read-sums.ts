import { z } from "zod";
import type { GroupSum } from "#core/budgets/accounts.ts";
import type { Series } from "#core/budgets/series.ts";
import type { FallbackRate } from "#core/fallback-rates.ts";
import { parseMoney } from "#core/money.ts";
import { type Stretch, sumsQuery } from "#jobs/budgets/sums-sql.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const text = z.string().default("");
const texts = z.array(z.string());
const SumRow = z.object({
  mask: z.coerce.bigint(),
  bucket_s: z.coerce.number(),
  organization: text,
  cost_center: text,
  team: text,
  tag: text,
  user_ref: text,
  api_key: text,
  model: text,
  model_canonical: text,
  platform: text,
  gateway: text,
  cells: z.array(z.number()),
  costs: texts,
  lists: texts,
  estimates: texts,
});

/** What one group of a series is in one bucket, or in all that were asked for. */
export interface SeriesSum {
  readonly seriesId: string;
  /** In seconds since 1970; 0 where buckets were not told apart. */
  readonly bucket: number;
  readonly group: GroupSum;
}

export interface SumsAsked {
  readonly series: readonly Series[];
  readonly rates: readonly FallbackRate[];
  readonly horizon: Stretch;
  readonly byBucket: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** Sets of groups in one statement: each is another table that the store fills while it reads. */
const SERIES_MAX = 16;

/** Reads the sums of lines (`lines-sql.ts`) for all series, as they come. */
export async function* readSums(
  clickhouse: Pick<ClickHouse, "stream">,
  lines: string,
  { series, rates, horizon, byBucket, params, signal }: SumsAsked,
): AsyncGenerator<SeriesSum, void, undefined> {
  const { true: tagged = [], false: plain = [] } = Object.groupBy(series, ({ columns }) =>
    columns.includes("tag") ? "true" : "false",
  );
  for (const some of [...chunksOf(plain), ...chunksOf(tagged)]) {
    const query = sumsQuery(lines, { series: some, rates, horizon, byBucket });
    const rows = clickhouse.stream({
      name: "budget_sums",
      sql: query.sql,
      params: { ...query.params, ...params },
      row: SumRow,
      settings: { do_not_merge_across_partitions_select_final: 1 },
      signal,
    });
    for await (const row of rows) {
      const found = query.seriesOfMask.get(row.mask);
      if (found === undefined) throw new Error(`a sum of budgets is of no series: ${row.mask}`);
      const { mask: _, bucket_s: bucket, cells, costs, lists, estimates, ...names } = row;
      for (const [at, cell] of cells.entries()) {
        const [cost = "0", list = "0", estimated = "0"] = [costs[at], lists[at], estimates[at]];
        const spend = { cost: units(cost), list: units(list), estimated: BigInt(estimated) };
        yield { seriesId: found.id, bucket, group: { ...names, cell, ...spend } };
      }
    }
  }
}

function chunksOf(series: readonly Series[]): readonly (readonly Series[])[] {
  return Array.from({ length: Math.ceil(series.length / SERIES_MAX) }, (_, at) =>
    series.slice(at * SERIES_MAX, (at + 1) * SERIES_MAX),
  );
}

function units(decimal: string): bigint {
  const read = parseMoney(decimal);
  if (!read.ok) throw new Error(`the store sums to ${decimal}`);
  return read.value;
}
