import { HOURS, type Series } from "#core/budgets/series.ts";
import { bucketsInTurns } from "#jobs/buckets-in-turns.ts";
import { dayLayout } from "#jobs/budgets/day-layout.ts";
import { EVENT_LINES, LINES_OF_DAYS, LINES_OF_TIME } from "#jobs/budgets/lines-sql.ts";
import { readDays } from "#jobs/budgets/payer-days.ts";
import {
  bucketSeconds,
  bucketText,
  eventBuckets,
  readStamps,
  recomputeRows,
} from "#jobs/budgets/payer-rows.ts";
import { readSums } from "#jobs/budgets/read-sums.ts";
import {
  type BookPlan,
  contributionsOf,
  count,
  emptyBook,
  type SpendBook,
  UNDATED,
} from "#jobs/budgets/spend-book.ts";
import { dirtyBuckets, newestBlocks } from "#jobs/rollups/dirty.ts";
import { noteMarks, readMarks } from "#jobs/rollups/marks.ts";
import { type Position, positionNow, positionNumber } from "#jobs/rollups/position.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export type BudgetStore = Pick<ClickHouse, "query" | "stream" | "insert" | "command">;

/** Under this name marks say how far `payer_costs_v1` has come. */
export const PAYER_COSTS = { name: "payer_costs" } as const;

/** Rows and buckets that one statement recomputes: it must end within a request's time. */
export const TURN = { rowsMax: 1_000_000, bucketsMax: 288 } as const;

/**
 * Reckons the usage of budgets from what is stored. What of `payer_costs_v1` is missing or has new calls is written
 * first, which is all of the month where none was ever watched, and minutes' worth where a leader went before.
 */
export async function beginBook(
  clickhouse: BudgetStore,
  plan: BookPlan,
  clock: () => Date,
  signal: AbortSignal,
): Promise<SpendBook> {
  const book = emptyBook(plan, clock().getTime());
  // Who has no budgets pays for none.
  if (plan.budgets.length === 0) return book;
  const fromS = plan.horizon.fromMs / 1000;
  const marks = await readMarks(clickhouse, PAYER_COSTS);
  const newest = await newestBlocks(clickhouse);
  const before = await readStamps(clickhouse, { fromS: 0 }, signal);
  const present = await eventBuckets(clickhouse, fromS, signal);
  const isCold = (bucket: number) => bucket !== UNDATED && bucket < book.hotFrom;
  const missing = present.filter(({ bucket }) => isCold(bucket) && !before.has(bucket));
  for (const tablePartition of new Set([...newest.keys(), ...marks.positions.keys()])) {
    const noted = marks.positions.get(tablePartition);
    const now = positionNow(newest.get(tablePartition) ?? 0n, noted);
    book.seen.set(tablePartition, now);
    const stale = await staleRows(clickhouse, { tablePartition, noted, now, before }, signal);
    const lacking = missing.filter(({ bucket }) => monthOf(bucket) === tablePartition);
    for (const some of bucketsInTurns([...stale, ...lacking].map(asText), TURN)) {
      signal.throwIfAborted();
      const buckets = some.map(bucketSeconds);
      await recomputeRows(clickhouse, { buckets, position: positionNumber(now), now: clock() });
    }
  }
  const isHot = ({ bucket }: { readonly bucket: number }) => !isCold(bucket) && bucket !== UNDATED;
  await countStored(clickhouse, book, signal);
  await countInMotion(
    clickhouse,
    book,
    [UNDATED, ...present.filter(isHot).map(({ bucket }) => bucket)],
    signal,
  );
  for (const [bucket, stamp] of await readStamps(clickhouse, { fromS }, signal))
    book.stamps.set(bucket, stamp);
  await noteMarks(clickhouse, PAYER_COSTS, { positions: book.seen, dataUntil: null }, clock());
  return book;
}

/** Cold buckets, from what is on record of them; whole days from where they are summed already. */
export async function countStored(
  clickhouse: BudgetStore,
  book: SpendBook,
  signal: AbortSignal,
): Promise<void> {
  const { accounts, plan, hotFrom } = book;
  const { days = [], hours = [] } = Object.groupBy(accounts.series, ({ cells }) =>
    cells === HOURS ? "hours" : "days",
  );
  const { fromMs, hoursFromMs } = plan.horizon;
  const add = async (lines: string, series: readonly Series[], params: Readonly<Record<string, unknown>>) => {
    const sums = readSums(clickhouse, lines, { ...plan, series, byBucket: false, params, signal });
    for (const found of (await contributionsOf(accounts, sums)).values()) count(found, 1n, new Set());
  };
  if (days.length > 0) {
    const layout = dayLayout(accounts, plan);
    const whole = { fromS: fromMs / 1000, toS: hotFrom };
    const { fresh } = await readDays(clickhouse, layout, whole, signal);
    const params = { from: fromMs / 1000, to: hotFrom, layout: layout.id, days: fresh };
    await add(LINES_OF_DAYS, days, params);
  }
  // A call counts in its bucket's five minutes or before them, never after.
  if (hours.length > 0) await add(LINES_OF_TIME, hours, { from: hoursFromMs / 1000, to: hotFrom });
}

/** Hot buckets, as the events have them now. */
async function countInMotion(
  clickhouse: BudgetStore,
  book: SpendBook,
  buckets: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const { accounts, plan } = book;
  if (accounts.series.length === 0) return;
  const params = { buckets: buckets.map(bucketText) };
  const asked = { ...plan, series: accounts.series, byBucket: true, params, signal };
  const found = await contributionsOf(accounts, readSums(clickhouse, EVENT_LINES, asked));
  for (const [bucket, contributions] of found) {
    count(contributions, 1n, new Set());
    book.hot.set(bucket, contributions);
  }
}

/**
 * The rows of a table partition that have seen less than there is: those of buckets with newer events, or all of them
 * where its numbering began anew. Also hot ones: whoever believes the mark must be able to believe each row.
 */
async function staleRows(
  clickhouse: Pick<ClickHouse, "query">,
  given: {
    readonly tablePartition: string;
    readonly noted: Position | undefined;
    readonly now: Position;
    readonly before: ReadonlyMap<number, string>;
  },
  signal: AbortSignal,
): Promise<readonly { readonly bucket: number; readonly rows: number }[]> {
  const { tablePartition, noted, now, before } = given;
  if (noted !== undefined && positionNumber(noted) === positionNumber(now)) return [];
  if (noted === undefined || noted.numbering !== now.numbering)
    return [...before.keys()]
      .filter((bucket) => monthOf(bucket) === tablePartition)
      .map((bucket) => ({ bucket, rows: 0 }));
  const dirty = await dirtyBuckets(clickhouse, tablePartition, noted.block, signal);
  return dirty
    .map(({ bucket, rows }) => ({ bucket: bucketSeconds(bucket), rows }))
    .filter(({ bucket }) => before.has(bucket));
}

/** As table partitions are named: `202611`. */
export function monthOf(bucket: number): string {
  return new Date(bucket * 1000).toISOString().slice(0, 7).replace("-", "");
}

function asText({ bucket, rows }: { readonly bucket: number; readonly rows: number }) {
  return { bucket: bucketText(bucket), rows };
}
