import { createHash } from "node:crypto";
import type { Accounts } from "#core/budgets/accounts.ts";
import { HOURS } from "#core/budgets/series.ts";
import type { BookPlan } from "#jobs/budgets/spend-book.ts";
import { dayBounds } from "#jobs/budgets/sums-sql.ts";

/** How days are summed for some budgets. */
export interface DayLayout {
  /** 64 bits in decimal: the same budgets have the same in every process. */
  readonly id: string;
  readonly columns: ReadonlySet<string>;
  /** Where stretches begin, in seconds since 1970 and in order. */
  readonly marks: readonly number[];
}

/**
 * The layout of whole days for what is not rolling: a stretch ends wherever a day of a budget's zone begins, and wherever
 * a rate for calls without a price does.
 */
export function dayLayout(accounts: Accounts, { horizon, rates }: BookPlan): DayLayout {
  const series = accounts.series.filter(({ cells }) => cells !== HOURS);
  const zones = [...new Set(series.map(({ cells }) => cells))].sort();
  const columns = new Set(series.flatMap((one) => one.columns));
  const rateTimes = rates.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter(Number.isFinite);
  const marks = new Set([
    ...zones.flatMap((zone) => dayBounds(zone, horizon)),
    ...rateTimes.map((ms) => ms / 1000),
  ]);
  const said = JSON.stringify([zones, [...columns].sort(), rateTimes]);
  const id = createHash("sha256").update(said).digest().readBigUInt64BE().toString();
  return { id, columns, marks: [...marks].sort((one, other) => one - other) };
}
