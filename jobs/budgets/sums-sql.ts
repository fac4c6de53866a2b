import { BUDGET_COLUMNS, HOURS, type Series } from "#core/budgets/series.ts";
import type { FallbackRate } from "#core/fallback-rates.ts";
import { fallbackParams, fallbackSums } from "#core/fallback-sql.ts";
import { instantOfLocalDate, localDate, localDays } from "#core/local-time.ts";

/** A stretch of time that is asked for, in milliseconds. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** From when on cells of hours are wanted, which are many and needed for what rolls alone. */
  readonly hoursFromMs: number;
}

/** A statement that sums lines for several series at once, and how to tell its rows apart. */
export interface SumsQuery {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** `mask` of a row says which columns it was grouped by, and so of which series it is. */
  readonly seriesOfMask: ReadonlyMap<bigint, Series>;
}

const FALLBACK_ROWS = {
  items: "1",
  tokens: (meter: string) =>
    meter === "input_tokens" ? "line_read_tokens" : meter === "output_tokens" ? "line_output_tokens" : "0",
};

/**
 * Sums of `lines` for some series, read once: one set of groups a series. All of them have a tag, or none has: a call
 * with two tags counts for the budgets of both, and would count twice for those of its team.
 *
 * @param byBucket whether each bucket's sums come apart
 */
export function sumsQuery(
  lines: string,
  given: {
    readonly series: readonly Series[];
    readonly rates: readonly FallbackRate[];
    readonly horizon: Stretch;
    readonly byBucket: boolean;
  },
): SumsQuery {
  const { series, rates, horizon, byBucket } = given;
  const zones = [...new Set(series.map(({ cells }) => cells))];
  const cellOf = (cells: string) => `cell_${zones.indexOf(cells)}`;
  const hasTags = series.some(({ columns }) => columns.includes("tag"));
  const columns = BUDGET_COLUMNS.filter((column) => series.some((one) => one.columns.includes(column)));
  const cells = zones.map(cellOf);
  const all = [...cells, ...columns];
  const sets = series.map((one) => [cellOf(one.cells), ...one.columns]);
  const bucket = byBucket ? ["bucket"] : [];
  const masks = sets.map((set) =>
    all.reduce((mask, column) => mask * 2n + (set.includes(column) ? 0n : 1n), 0n),
  );
  return {
    sql: `SELECT mask, bucket_s, ${columns.map((column) => `${column}, `).join("")}groupArray(cell) AS cells, groupArray(cost) AS costs,
  groupArray(list) AS lists, groupArray(fallback_units) AS estimates
FROM (
SELECT grouping(${all.join(", ")}) AS mask, ${byBucket ? "toUnixTimestamp(bucket)" : "0"} AS bucket_s, ${columns.map((column) => `${column}, `).join("")}
  greatest(${cells.join(", ")}) AS cell, toString(sum(line_cost_usd)) AS cost, toString(sum(line_list_usd)) AS list,
  ${fallbackSums(rates, FALLBACK_ROWS)[0]?.trim().replace(/,$/, "")}
FROM (
  SELECT *, line_time AS event_time, ${zones.map((zone) => `${cellSql(zone, zones.indexOf(zone))} AS ${cellOf(zone)}`).join(", ")}${hasTags ? ", arrayJoin(arrayDistinct(tags)) AS tag" : ""}
  FROM (${lines})
  WHERE line_time >= toDateTime({horizon:UInt32}, 'UTC')
)
GROUP BY GROUPING SETS (${sets.map((set) => `(${[...bucket, ...set].join(", ")})`).join(", ")})
HAVING cell > 0 AND (cost != '0' OR list != '0' OR fallback_units != '0')
)
GROUP BY mask, bucket_s${columns.map((column) => `, ${column}`).join("")}`,
    params: {
      horizon: horizon.fromMs / 1000,
      hours: horizon.hoursFromMs / 1000,
      ...Object.fromEntries(
        zones.flatMap((zone, at) => (zone === HOURS ? [] : [[`bounds_${at}`, dayBounds(zone, horizon)]])),
      ),
      ...fallbackParams(rates),
    },
    seriesOfMask: new Map(masks.map((mask, at) => [mask, series[at] as Series])),
  };
}

function cellSql(zone: string, at: number): string {
  return zone === HOURS
    ? "if(line_time >= toDateTime({hours:UInt32}, 'UTC'), toUnixTimestamp(toStartOfHour(line_time)), 0)"
    : `roundDown(toUnixTimestamp(line_time), {bounds_${at}:Array(UInt32)})`;
}

/** The begins of the local days of a stretch and of the one that it begins in; reckoned here, as windows are. */
export function dayBounds(zone: string, { fromMs, toMs }: Stretch): readonly number[] {
  const first = instantOfLocalDate(localDate(fromMs, zone), zone);
  return [first, ...localDays(first, toMs, zone).map(({ startMs }) => startMs)].map((ms) => ms / 1000);
}
