import { type Account, type Accounts, addToCell, openAccounts, type Spend } from "#core/budgets/accounts.ts";
import type { FallbackRate } from "#core/fallback-rates.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SeriesSum } from "#jobs/budgets/read-sums.ts";
import type { Stretch } from "#jobs/budgets/sums-sql.ts";
import type { Position } from "#jobs/rollups/position.ts";

/** What a bucket adds to an account's cell. */
export interface Contribution extends Spend {
  readonly account: Account;
  readonly cell: number;
}

/** What usage is reckoned of; another one of these needs other sums. */
export interface BookPlan {
  readonly budgets: readonly BudgetSetting[];
  /** One budget of each period that there is. */
  readonly periods: readonly Pick<BudgetSetting, "period">[];
  readonly rates: readonly FallbackRate[];
  readonly horizon: Stretch;
}

/**
 * The usage of all budgets, in memory: in each cell the sum of what is on record for cold buckets (`payer_costs_v1`) and
 * of what hot ones were counted as last. So a bucket with new rows is taken out as it was counted and put in as it is
 * now, and the sums are those of the calls whatever came late, twice or was corrected. All of it can be lost.
 */
export interface SpendBook {
  readonly plan: BookPlan;
  readonly accounts: Accounts;
  /** Of hot buckets, by second; also that of calls which state no time (0), which is never on record. */
  readonly hot: Map<number, readonly Contribution[]>;
  /** Which row of a cold bucket is counted; none: it had no calls. */
  readonly stamps: Map<number, string>;
  /** How far each table partition of the events is counted. */
  readonly seen: Map<string, Position>;
  /** Buckets from here on are hot, in seconds. */
  hotFrom: number;
}

/** Calls last minutes and begin before they are told: so long after its end a bucket is still likely to get more. */
export const HOT_S = 2_100;
const BUCKET_S = 300;
/** Where calls lie that state no time. */
export const UNDATED = 0;

export function hotFromAt(nowMs: number): number {
  return Math.floor((nowMs / 1000 - HOT_S) / BUCKET_S) * BUCKET_S;
}

export function emptyBook(plan: BookPlan, nowMs: number): SpendBook {
  return {
    plan,
    accounts: openAccounts(plan.budgets),
    hot: new Map(),
    stamps: new Map(),
    seen: new Map(),
    hotFrom: hotFromAt(nowMs),
  };
}

/** What sums add to which accounts, by bucket. */
export async function contributionsOf(
  accounts: Accounts,
  sums: AsyncIterable<SeriesSum>,
): Promise<Map<number, Contribution[]>> {
  const found = new Map<number, Contribution[]>();
  for await (const { seriesId, bucket, group } of sums) {
    const { cell, cost, list, estimated } = group;
    for (const account of accounts.accountsOf(seriesId, group)) {
      const ofBucket = found.get(bucket);
      const contribution = { account, cell, cost, list, estimated };
      if (ofBucket === undefined) found.set(bucket, [contribution]);
      else ofBucket.push(contribution);
    }
  }
  return found;
}

/** Counts contributions, or takes them out again; notes which accounts moved. */
export function count(contributions: readonly Contribution[], sign: 1n | -1n, moved: Set<Account>): void {
  for (const contribution of contributions) {
    addToCell(contribution.account, contribution.cell, contribution, sign);
    moved.add(contribution.account);
  }
}
