import { type FilteredCall, fitsFilters } from "#core/budgets/fits-filters.ts";
import { type Series, scopeColumn, scopeValue, seriesOf } from "#core/budgets/series.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

/** What was spent in a cell, in 1e-12 USD. */
export interface Spend {
  /** What calls cost after discounts, … */
  readonly cost: bigint;
  /** … by the list price, … */
  readonly list: bigint;
  /** … and what calls without a price are taken for beside it. */
  readonly estimated: bigint;
}

/** The usage of one scope, or of one member of it: sums by the begin of their cell, in seconds since 1970. */
export interface Account {
  /** null: the scope as a whole. */
  readonly member: string | null;
  readonly cells: Map<number, Spend>;
  /** The budgets that look at it. */
  readonly pot: Pot;
}

/** What budgets of one scope, mode, filters and kind of cells share: one account, or one a member. */
export interface Pot {
  readonly series: Series;
  readonly scopeValue: string;
  readonly perMember: boolean;
  readonly filters: BudgetSetting["filters"];
  readonly accounts: Map<string, Account>;
  readonly budgetIds: string[];
}

/** A sum of one group of a series, as it is read. A column that the series does not have is empty. */
export interface GroupSum extends FilteredCall, Spend {
  readonly organization: string;
  readonly cost_center: string;
  readonly team: string;
  readonly tag: string;
  readonly user_ref: string;
  readonly api_key: string;
  /** Begin of the cell, in seconds since 1970. */
  readonly cell: number;
}

export interface Accounts {
  readonly series: readonly Series[];
  potOf(budgetId: string): Pot | undefined;
  pots(): Iterable<Pot>;
  /** The accounts that a group counts in, made where they are new. */
  accountsOf(seriesId: string, group: GroupSum): readonly Account[];
}

/** The accounts of some budgets, empty. */
export function openAccounts(budgets: Iterable<BudgetSetting>): Accounts {
  const byBudget = new Map<string, Pot>();
  const byKey = new Map<string, Pot>();
  const bySeries = new Map<
    string,
    { readonly series: Series; readonly column: ScopeColumn; readonly pots: PotsByValue }[]
  >();
  const seriesById = new Map<string, Series>();
  for (const budget of budgets) {
    const series = seriesOf(budget);
    seriesById.set(series.id, series);
    const key = JSON.stringify([series.id, budget.scope, budget.mode, budget.filters]);
    let pot = byKey.get(key);
    if (pot === undefined) {
      const perMember = budget.mode === "per_member";
      pot = {
        series,
        scopeValue: scopeValue(budget),
        perMember,
        filters: budget.filters,
        accounts: new Map(),
        budgetIds: [],
      };
      // A pool is there before its first call: its whole amount is left.
      if (!perMember) pot.accounts.set("", { member: null, cells: new Map(), pot });
      byKey.set(key, pot);
      putPot(bySeries, scopeColumn(budget), pot);
    }
    pot.budgetIds.push(budget.id);
    byBudget.set(budget.id, pot);
  }
  return {
    series: [...seriesById.values()],
    potOf: (budgetId) => byBudget.get(budgetId),
    pots: () => byKey.values(),
    accountsOf: (seriesId, group) =>
      (bySeries.get(seriesId) ?? []).flatMap(({ column, pots }) =>
        (pots.get(column === null ? "" : group[column]) ?? []).flatMap((pot) => accountIn(pot, group) ?? []),
      ),
  };
}

type ScopeColumn = ReturnType<typeof scopeColumn>;
type PotsByValue = Map<string, Pot[]>;

function putPot(
  bySeries: Map<string, { series: Series; column: ScopeColumn; pots: PotsByValue }[]>,
  column: ScopeColumn,
  pot: Pot,
): void {
  const ofSeries = bySeries.get(pot.series.id) ?? [];
  bySeries.set(pot.series.id, ofSeries);
  let found = ofSeries.find((entry) => entry.column === column);
  if (found === undefined) {
    found = { series: pot.series, column, pots: new Map() };
    ofSeries.push(found);
  }
  const same = found.pots.get(pot.scopeValue);
  if (same === undefined) found.pots.set(pot.scopeValue, [pot]);
  else same.push(pot);
}

function accountIn(pot: Pot, group: GroupSum): Account | null {
  if (!fitsFilters(pot.filters, group)) return null;
  const member = pot.perMember ? group.user_ref : null;
  // A call of nobody that is known is no member's.
  if (member === "") return null;
  const known = pot.accounts.get(member ?? "");
  if (known !== undefined) return known;
  const made: Account = { member, cells: new Map(), pot };
  pot.accounts.set(member ?? "", made);
  return made;
}

/** Adds to a cell; a sum of nothing leaves none behind. */
export function addToCell({ cells }: Account, cell: number, more: Spend, sign: 1n | -1n): void {
  const before = cells.get(cell);
  const cost = (before?.cost ?? 0n) + sign * more.cost;
  const list = (before?.list ?? 0n) + sign * more.list;
  const estimated = (before?.estimated ?? 0n) + sign * more.estimated;
  if (cost === 0n && list === 0n && estimated === 0n) cells.delete(cell);
  else cells.set(cell, { cost, list, estimated });
}

/** What an account spent in the cells of a window. */
export function spentIn(
  { cells }: Account,
  window: { readonly fromMs: number; readonly toMs: number },
): Spend {
  let [cost, list, estimated] = [0n, 0n, 0n];
  for (const [cell, spend] of cells) {
    const ms = cell * 1000;
    if (ms < window.fromMs || ms >= window.toMs) continue;
    cost += spend.cost;
    list += spend.list;
    estimated += spend.estimated;
  }
  return { cost, list, estimated };
}
