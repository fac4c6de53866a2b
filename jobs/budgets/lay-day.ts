import { HOURS } from "#core/budgets/series.ts";
import { dayLayout } from "#jobs/budgets/day-layout.ts";
import type { BudgetsDeps } from "#jobs/budgets/deps.ts";
import { readDays, writeDay } from "#jobs/budgets/payer-days.ts";
import type { SpendBook } from "#jobs/budgets/spend-book.ts";

/**
 * Sums one whole day that is not summed yet, the newest first, for whoever begins after this one. One a round: nobody
 * waits for it.
 */
export async function layDay(
  { clickhouse, clock }: Pick<BudgetsDeps, "clickhouse" | "clock">,
  { accounts, plan, hotFrom }: SpendBook,
  signal: AbortSignal,
): Promise<"laid" | "stale"> {
  if (accounts.series.every(({ cells }) => cells === HOURS)) return "laid";
  const layout = dayLayout(accounts, plan);
  const { stale } = await readDays(
    clickhouse,
    layout,
    { fromS: plan.horizon.fromMs / 1000, toS: hotFrom },
    signal,
  );
  const newest = stale.toSorted((one, other) => (one.day < other.day ? 1 : -1))[0];
  if (newest !== undefined) await writeDay(clickhouse, layout, newest, clock());
  return stale.length > 1 ? "stale" : "laid";
}
