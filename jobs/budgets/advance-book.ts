import type { Account } from "#core/budgets/accounts.ts";
import { bucketsInTurns } from "#jobs/buckets-in-turns.ts";
import { type BudgetStore, monthOf, PAYER_COSTS, TURN } from "#jobs/budgets/begin-book.ts";
import { EVENT_LINES, LINES_OF_BUCKETS } from "#jobs/budgets/lines-sql.ts";
import { bucketSeconds, bucketText, readStamps, recomputeRows } from "#jobs/budgets/payer-rows.ts";
import { readSums } from "#jobs/budgets/read-sums.ts";
import {
  type Contribution,
  contributionsOf,
  count,
  hotFromAt,
  type SpendBook,
  UNDATED,
} from "#jobs/budgets/spend-book.ts";
import { type Dirty, dirtyBuckets, newestBlocks } from "#jobs/rollups/dirty.ts";
import { noteMarks } from "#jobs/rollups/marks.ts";
import { positionNow, positionNumber } from "#jobs/rollups/position.ts";

/** The book cannot go on from where it is: somebody else wrote what it counts with, or the events began anew. */
export class BookLost extends Error {}

/**
 * Counts what came since the last time. Answers which accounts moved.
 *
 * @throws BookLost; after this or any other error the book is of no use, because half a step may be in it
 */
export async function advanceBook(
  clickhouse: BudgetStore,
  book: SpendBook,
  clock: () => Date,
  signal: AbortSignal,
): Promise<ReadonlySet<Account>> {
  const moved = new Set<Account>();
  if (book.plan.budgets.length === 0) return moved;
  const dirty: Dirty[] = [];
  for (const [tablePartition, block] of await newestBlocks(clickhouse)) {
    const seen = book.seen.get(tablePartition);
    const now = positionNow(block, seen);
    if (seen !== undefined && now.numbering !== seen.numbering) throw new BookLost("the events began anew");
    if (seen !== undefined && seen.block === block) continue;
    dirty.push(...(await dirtyBuckets(clickhouse, tablePartition, seen?.block ?? -1n, signal)));
    book.seen.set(tablePartition, now);
  }
  const isHot = ({ bucket }: Dirty) =>
    book.hotFrom <= bucketSeconds(bucket) || bucketSeconds(bucket) === UNDATED;
  await countHot(clickhouse, book, dirty.filter(isHot), { moved, signal });
  // A hot bucket may be on record too, by a leader with another clock: the row must not lie later.
  const onRecord = dirty.filter((one) => !isHot(one) || book.stamps.has(bucketSeconds(one.bucket)));
  await countCold(clickhouse, book, onRecord, { moved, clock, signal });
  const hotFrom = hotFromAt(clock().getTime());
  if (hotFrom > book.hotFrom) await cool(clickhouse, book, hotFrom, { moved, clock, signal });
  return moved;
}

interface Step {
  readonly moved: Set<Account>;
  readonly clock: () => Date;
  readonly signal: AbortSignal;
}

/** Buckets that are in motion: nothing is written, they are counted as the events have them. */
async function countHot(
  clickhouse: BudgetStore,
  book: SpendBook,
  dirty: readonly Dirty[],
  { moved, signal }: Omit<Step, "clock">,
): Promise<void> {
  for (const buckets of bucketsInTurns(dirty, TURN)) {
    const found = await read(clickhouse, book, EVENT_LINES, buckets, signal);
    for (const text of buckets) {
      const bucket = bucketSeconds(text);
      count(book.hot.get(bucket) ?? [], -1n, moved);
      const now = found.get(bucket) ?? [];
      count(now, 1n, moved);
      book.hot.set(bucket, now);
    }
  }
}

/** Buckets on record that got late rows: taken out as they were, written anew and put in as they are. */
async function countCold(
  clickhouse: BudgetStore,
  book: SpendBook,
  dirty: readonly Dirty[],
  step: Step,
): Promise<void> {
  const byMonth = Object.groupBy(dirty, ({ bucket }) => monthOf(bucketSeconds(bucket)));
  for (const [tablePartition, some = []] of Object.entries(byMonth))
    for (const buckets of bucketsInTurns(some, TURN)) {
      step.signal.throwIfAborted();
      await requireStamps(clickhouse, book, buckets, step.signal);
      const were = await read(clickhouse, book, LINES_OF_BUCKETS, buckets, step.signal);
      await rewrite(clickhouse, book, { tablePartition, buckets }, step);
      const are = await read(clickhouse, book, LINES_OF_BUCKETS, buckets, step.signal);
      // Of a bucket that is hot too, what the events have is counted already.
      const cold = buckets.map(bucketSeconds).filter((bucket) => bucket < book.hotFrom && bucket !== UNDATED);
      for (const bucket of cold) {
        count(were.get(bucket) ?? [], -1n, step.moved);
        count(are.get(bucket) ?? [], 1n, step.moved);
      }
    }
}

/** What was hot and gets little more goes on record, and is counted from there. */
async function cool(clickhouse: BudgetStore, book: SpendBook, hotFrom: number, step: Step): Promise<void> {
  const cooled = [...book.hot.keys()].filter((bucket) => bucket < hotFrom && bucket !== UNDATED);
  const byMonth = Object.groupBy(cooled, monthOf);
  for (const [tablePartition, some = []] of Object.entries(byMonth))
    for (const buckets of bucketsInTurns(
      some.map((bucket) => ({ bucket: bucketText(bucket), rows: 0 })),
      { ...TURN, bucketsMax: 8 },
    )) {
      step.signal.throwIfAborted();
      await rewrite(clickhouse, book, { tablePartition, buckets }, step);
      const are = await read(clickhouse, book, LINES_OF_BUCKETS, buckets, step.signal);
      for (const bucket of buckets.map(bucketSeconds)) {
        count(book.hot.get(bucket) ?? [], -1n, step.moved);
        book.hot.delete(bucket);
        count(are.get(bucket) ?? [], 1n, step.moved);
      }
    }
  book.hotFrom = hotFrom;
  await noteMarks(clickhouse, PAYER_COSTS, { positions: book.seen, dataUntil: null }, step.clock());
}

async function rewrite(
  clickhouse: BudgetStore,
  book: SpendBook,
  { tablePartition, buckets }: { readonly tablePartition: string; readonly buckets: readonly string[] },
  { clock, signal }: Step,
): Promise<void> {
  const position = book.seen.get(tablePartition);
  if (position === undefined) throw new Error(`table partition ${tablePartition} was never looked at`);
  const seconds = buckets.map(bucketSeconds);
  const given = { buckets: seconds, position: positionNumber(position), now: clock() };
  await recomputeRows(clickhouse, given);
  for (const [bucket, stamp] of await readStamps(clickhouse, { buckets: seconds }, signal))
    book.stamps.set(bucket, stamp);
}

/** What is taken out must be what was put in. */
async function requireStamps(
  clickhouse: BudgetStore,
  book: SpendBook,
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const seconds = buckets.map(bucketSeconds);
  const now = await readStamps(clickhouse, { buckets: seconds }, signal);
  const other = seconds.find((bucket) => now.get(bucket) !== book.stamps.get(bucket));
  if (other !== undefined) throw new BookLost(`somebody else wrote bucket ${bucketText(other)}`);
}

function read(
  clickhouse: BudgetStore,
  book: SpendBook,
  lines: string,
  buckets: readonly string[],
  signal: AbortSignal,
): Promise<Map<number, Contribution[]>> {
  const { accounts, plan } = book;
  if (accounts.series.length === 0) return Promise.resolve(new Map());
  const asked = { ...plan, series: accounts.series, byBucket: true, params: { buckets }, signal };
  return contributionsOf(accounts, readSums(clickhouse, lines, asked));
}
