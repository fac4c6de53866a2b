import type { Account, Spend } from "#core/budgets/accounts.ts";
import { openAccounts } from "#core/budgets/accounts.ts";
import { type BudgetStore, countStored, monthOf } from "#jobs/budgets/begin-book.ts";
import { EVENT_LINES, LINES_OF_BUCKETS } from "#jobs/budgets/lines-sql.ts";
import { bucketSeconds, bucketText, recomputeRows } from "#jobs/budgets/payer-rows.ts";
import { readSums } from "#jobs/budgets/read-sums.ts";
import { type Contribution, contributionsOf, type SpendBook } from "#jobs/budgets/spend-book.ts";
import { dirtyBuckets } from "#jobs/rollups/dirty.ts";
import { positionNumber } from "#jobs/rollups/position.ts";

/** Cold buckets that are compared with the calls in one go, from the newest on and round again. */
const BUCKETS = 24;

/** By how much usage differed, in 1e-12 USD: the differences of all cells, whatever their sign, added up. */
export interface Drift {
  /** What is in memory, from what is on record of cold buckets. */
  readonly memory: bigint;
  /** What is on record of some buckets, from the calls. */
  readonly record: bigint;
}

/**
 * Compares what is known with what it was made of, in two steps: memory with the rows on record, all of it, and some of
 * the rows with the calls. A row that is wrong is written anew; the caller begins anew where anything differed.
 *
 * @param turn counts up: which buckets are compared with the calls
 */
export async function compareBook(
  clickhouse: BudgetStore,
  book: SpendBook,
  turn: number,
  clock: () => Date,
  signal: AbortSignal,
): Promise<Drift> {
  const fresh: SpendBook = { ...book, accounts: openAccounts(book.plan.budgets), hot: new Map() };
  await countStored(clickhouse, fresh, signal);
  return {
    memory: memoryDrift(book, fresh),
    record: await recordDrift(clickhouse, book, turn, clock, signal),
  };
}

function memoryDrift(book: SpendBook, fresh: SpendBook): bigint {
  const cold = new Map<string, Spend>();
  const add = (account: Account, cell: number, spend: Spend, sign: bigint) => {
    const key = `${account.pot.budgetIds[0]} ${account.member ?? ""} ${cell}`;
    cold.set(key, plus(cold.get(key) ?? NOTHING, spend, sign));
  };
  for (const pot of book.accounts.pots())
    for (const account of pot.accounts.values())
      for (const [cell, spend] of account.cells) add(account, cell, spend, 1n);
  for (const contributions of book.hot.values())
    for (const one of contributions) add(one.account, one.cell, one, -1n);
  for (const pot of fresh.accounts.pots())
    for (const account of pot.accounts.values())
      for (const [cell, spend] of account.cells) add(account, cell, spend, -1n);
  const horizonS = book.plan.horizon.fromMs / 1000;
  // The first day is there in part, and in no window.
  const off = [...cold].filter(([key]) => Number(key.slice(key.lastIndexOf(" ") + 1)) >= horizonS);
  return off.reduce((sum, [, difference]) => sum + sizeOf(difference), 0n);
}

async function recordDrift(
  clickhouse: BudgetStore,
  book: SpendBook,
  turn: number,
  clock: () => Date,
  signal: AbortSignal,
): Promise<bigint> {
  const onRecord = [...book.stamps.keys()].filter((bucket) => bucket < book.hotFrom).sort((a, b) => b - a);
  if (onRecord.length === 0) return 0n;
  const first = (turn * BUCKETS) % onRecord.length;
  const buckets = onRecord.slice(first, first + BUCKETS);
  const read = async (lines: string) => {
    const { plan } = book;
    // Accounts of its own: members that are new here are not known there.
    const accounts = openAccounts(plan.budgets);
    const params = { buckets: buckets.map(bucketText) };
    const asked = { ...plan, series: accounts.series, byBucket: true, params, signal };
    return totals(await contributionsOf(accounts, readSums(clickhouse, lines, asked)));
  };
  const [rows, calls] = [await read(LINES_OF_BUCKETS), await read(EVENT_LINES)];
  const moving = new Set<number>();
  for (const [tablePartition, { block }] of book.seen)
    for (const { bucket } of await dirtyBuckets(clickhouse, tablePartition, block, signal))
      moving.add(bucketSeconds(bucket));
  let drift = 0n;
  for (const bucket of buckets) {
    const difference = sizeOf(plus(rows.get(bucket) ?? NOTHING, calls.get(bucket) ?? NOTHING, -1n));
    // What has new rows is late and not wrong.
    if (difference === 0n || moving.has(bucket)) continue;
    drift += difference;
    const position = book.seen.get(monthOf(bucket));
    if (position !== undefined)
      await recomputeRows(clickhouse, {
        buckets: [bucket],
        position: positionNumber(position),
        now: clock(),
      });
  }
  return drift;
}

function totals(found: ReadonlyMap<number, readonly Contribution[]>): ReadonlyMap<number, Spend> {
  const sum = (all: readonly Contribution[]) => all.reduce((total, one) => plus(total, one, 1n), NOTHING);
  return new Map([...found].map(([bucket, all]) => [bucket, sum(all)]));
}

const NOTHING: Spend = { cost: 0n, list: 0n, estimated: 0n };

function plus(one: Spend, other: Spend, sign: bigint): Spend {
  return {
    cost: one.cost + sign * other.cost,
    list: one.list + sign * other.list,
    estimated: one.estimated + sign * other.estimated,
  };
}

/** By how much a budget of either basis is off. */
function sizeOf({ cost, list, estimated }: Spend): bigint {
  const [byCost, byList] = [sizeOfAmount(cost), sizeOfAmount(list)];
  return (byCost > byList ? byCost : byList) + sizeOfAmount(estimated);
}

function sizeOfAmount(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
